import assessment from '@/texts/desk/assessment-en'
import life from '@/texts/desk/life-en'
import office from '@/texts/desk/office-en'
import simulation from '@/texts/desk/simulation-en'
import words from '@/texts/desk/words-en'

/** The texts of the programme desk. */
export default { ...words, assessment, simulation, ...life, ...office }
