import type en from '@/texts/en'

/** The shape of a language's texts: English sets it, every other language must have the same keys. */
export type Messages = Texts<typeof en>

type Texts<T> = { [K in keyof T]: T[K] extends string ? string : Texts<T[K]> }
