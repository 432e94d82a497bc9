import assessment from '@/texts/desk/assessment-zh'
import life from '@/texts/desk/life-zh'
import office from '@/texts/desk/office-zh'
import papers from '@/texts/desk/papers-zh'
import simulation from '@/texts/desk/simulation-zh'
import webhooks from '@/texts/desk/webhooks-zh'
import words from '@/texts/desk/words-zh'

const zh = { ...words, assessment, papers, simulation, webhooks, ...life, ...office }

export default zh
