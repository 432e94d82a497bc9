import coverage from '@/city/coverage/zh'
import investments from '@/city/investments/zh'
import ledger from '@/city/ledger/zh'
import proposals from '@/city/proposals/zh'
import publications from '@/city/publications/zh'
import statistics from '@/city/statistics/zh'
import suppliers from '@/city/suppliers/zh'
import watch from '@/city/watch/zh'

/** The texts of the bureau's desk. */
export default { ledger, coverage, watch, investments, statistics, suppliers, proposals, publications }
