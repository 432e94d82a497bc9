import assessment from '@/texts/desk/assessment-en'
import life from '@/texts/desk/life-en'
import office from '@/texts/desk/office-en'
import papers from '@/texts/desk/papers-en'
import simulation from '@/texts/desk/simulation-en'
import webhooks from '@/texts/desk/webhooks-en'
import words from '@/texts/desk/words-en'

/** The texts of the programme desk. */
export default { ...words, assessment, papers, simulation, webhooks, ...life, ...office }
