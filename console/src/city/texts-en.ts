import coverage from '@/city/coverage/en'
import investments from '@/city/investments/en'
import ledger from '@/city/ledger/en'
import proposals from '@/city/proposals/en'
import publications from '@/city/publications/en'
import statistics from '@/city/statistics/en'
import suppliers from '@/city/suppliers/en'
import watch from '@/city/watch/en'

/** The texts of the bureau's desk. */
export default { ledger, coverage, watch, investments, statistics, suppliers, proposals, publications }
