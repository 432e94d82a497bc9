import type { InjectionKey } from 'vue'
import { createI18n, useI18n, type I18n } from 'vue-i18n'

import type { Locale } from '@/texts/format'
import type { Messages } from '@/texts/messages'

const KEPT = 'millmark.locale'

export type Texts = I18n<Record<string, never>, Record<string, never>, Record<string, never>, string, false>

/** The language a person chose before, or the browser's, or Chinese. */
export function preferredLocale(storage: Pick<Storage, 'getItem'>, languages: readonly string[]): Locale {
  const kept = storage.getItem(KEPT)
  if (kept === 'zh' || kept === 'en') return kept
  for (const language of languages) {
    if (language.startsWith('zh')) return 'zh'
    if (language.startsWith('en')) return 'en'
  }
  return 'zh'
}

const LOADERS: Record<Locale, () => Promise<{ default: Messages }>> = {
  zh: () => import('@/texts/zh'),
  en: () => import('@/texts/en'),
}

export const TEXTS: InjectionKey<Texts> = Symbol('texts')

export async function createTexts(locale: Locale): Promise<Texts> {
  const texts: Texts = createI18n({ legacy: false, locale, fallbackLocale: false, missingWarn: true, messages: {} })
  await showIn(texts, locale)
  return texts
}

/** Switches the language, loading its texts when they are not there yet. */
export async function showIn(texts: Texts, locale: Locale): Promise<void> {
  if (!texts.global.availableLocales.includes(locale)) {
    const loaded = await LOADERS[locale]()
    texts.global.setLocaleMessage(locale, loaded.default as never)
  }
  texts.global.locale.value = locale
  document.documentElement.lang = locale === 'zh' ? 'zh-CN' : 'en'
}

export function keepLocale(storage: Pick<Storage, 'setItem'>, locale: Locale): void {
  storage.setItem(KEPT, locale)
}

export function useLocale(): { locale: () => Locale; pick: (zh: string, en: string) => string } {
  const { locale } = useI18n()
  const current = (): Locale => (locale.value === 'zh' ? 'zh' : 'en')
  return { locale: current, pick: (zh, en) => (current() === 'zh' ? zh : en) }
}
