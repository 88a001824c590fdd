// Texts of a feature: Korean says which there are, English has the same, and a key that does not exist does not compile.
import { i18n, useLanguage } from './language.ts'

export interface Texts {
  readonly [key: string]: string | Texts
}

/** The same keys, any words. */
export type Alike<T extends Texts> = {
  readonly [Key in keyof T]: T[Key] extends Texts ? Alike<T[Key]> : string
}

/** `title`, `form.email`, … */
type KeyOf<T extends Texts> = {
  [Key in keyof T & string]: T[Key] extends Texts ? `${Key}.${KeyOf<T[Key]>}` : Key
}[keyof T & string]

/** `{{name}}` in a text is replaced by the value of that name. */
type Values = Readonly<Record<string, string | number>>
type Say<T extends Texts> = (key: KeyOf<T>, values?: Values) => string

export interface FeatureTexts<T extends Texts> {
  /** In a component: says it in the language of the moment, and again when that changes. */
  useSay(): Say<T>
  /** Outside of components. */
  say: Say<T>
}

/** `name` is the feature's own, such as `sale`. */
export function defineTexts<const T extends Texts>(name: string, ko: T, en: Alike<T>): FeatureTexts<T> {
  const register = (): void => {
    i18n.addResourceBundle('ko', name, ko)
    i18n.addResourceBundle('en', name, en)
  }
  // Features that are loaded with the first page are read before the language is chosen.
  if (i18n.isInitialized) register()
  else i18n.on('initialized', register)
  // Its own types are about resources that are known when it is made.
  const translate = i18n.t as (key: string, options: object) => string
  const say: Say<T> = (key, values) => translate(key, { ns: name, ...values })
  return {
    say,
    useSay() {
      useLanguage()
      return say
    },
  }
}
