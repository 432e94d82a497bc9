import assessment from '@/texts/desk/assessment-zh'
import life from '@/texts/desk/life-zh'
import office from '@/texts/desk/office-zh'
import words from '@/texts/desk/words-zh'

const zh = { ...words, assessment, ...life, ...office }

export default zh
