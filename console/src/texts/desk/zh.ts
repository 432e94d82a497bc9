import assessment from '@/texts/desk/assessment-zh'
import life from '@/texts/desk/life-zh'
import words from '@/texts/desk/words-zh'

const zh = { ...words, assessment, ...life }

export default zh
