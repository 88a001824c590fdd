// What the result codes of NICEPAY mean for the money: one row for each code. A code without a row means nothing by itself.
import type { ProviderPayment } from './provider.ts'

export type NiceStatus = 'ready' | 'paid' | 'failed' | 'cancelled' | 'partialCancelled' | 'expired'

export const NICE_STATUS: Readonly<Record<NiceStatus, ProviderPayment['status']>> = {
  ready: 'ready',
  paid: 'paid',
  failed: 'failed',
  cancelled: 'canceled',
  partialCancelled: 'partially_canceled',
  expired: 'expired',
}

export type NiceMeaning =
  | 'done'
  /** Decided: it was not done. */
  | 'refused'
  /** Our keys, our address or our contract are wrong: it was not looked at. */
  | 'misconfigured'
  /** It was not looked at, and may be later. */
  | 'not_processed'
  | 'not_found'
  /** It depends on what the payment is now. */
  | 'look'
  /** The same, and the payment may be another one of this order. */
  | 'look_by_order'

const CALLERS = {
  A101: 'misconfigured',
  A114: 'misconfigured',
  A122: 'misconfigured',
  A211: 'misconfigured',
  A224: 'misconfigured',
  U102: 'misconfigured',
  U104: 'misconfigured',
  U304: 'misconfigured',
  U312: 'misconfigured',
  U315: 'misconfigured',
  A246: 'not_processed',
} as const

const NOT_FOUND = {
  A115: 'not_found',
  A118: 'not_found',
  A251: 'not_found',
  U107: 'not_found',
  U111: 'not_found',
  U120: 'not_found',
  U126: 'not_found',
} as const

/** Refusals of cards by the manual: number, expiry, instalments, amount, the shop's contract with the issuer, the issuer itself. */
const CARD_REFUSALS = [
  '3011 3012 3013 3014 3021 3022 3023 3024 3031 3032 3033 3034 3041 3051 3052 3053',
  '3054 3055 3056 3057 3061 3081 3091 3095',
].flatMap((line) => line.split(' '))

export const NICE_APPROVE: Readonly<Record<string, NiceMeaning>> = {
  '0000': 'done',
  '3001': 'done',
  // An account was given out.
  '4100': 'done',
  ...CALLERS,
  ...NOT_FOUND,
  ...(Object.fromEntries(CARD_REFUSALS.map((code) => [code, 'refused'])) as Record<string, 'refused'>),
  A113: 'refused',
  A116: 'refused',
  A117: 'refused',
  A123: 'refused',
  A245: 'refused',
  A225: 'look',
  U114: 'look',
  A127: 'look_by_order',
  U112: 'look_by_order',
}

/** Whatever it says, the balance of the payment decides; this is for where the balance has not changed. */
export const NICE_CANCEL: Readonly<Record<string, NiceMeaning>> = {
  '0000': 'done',
  '2001': 'done',
  '2211': 'done',
  ...CALLERS,
  '2010': 'refused',
  '2011': 'refused',
  '2012': 'refused',
  '2013': 'refused',
  '2014': 'refused',
  '2016': 'refused',
  '2017': 'refused',
  '2018': 'refused',
  '2028': 'refused',
  '2029': 'refused',
  '2030': 'refused',
  '2032': 'refused',
  '2033': 'refused',
  A115: 'refused',
  A117: 'refused',
  A147: 'refused',
  U128: 'refused',
  // Failed, or asked for before and perhaps on its way.
  '2003': 'look',
  '2015': 'look',
}

export const NICE_NETCANCEL: Readonly<Record<string, NiceMeaning>> = {
  '0000': 'done',
  '2001': 'done',
  '2211': 'done',
  '2013': 'done',
  ...CALLERS,
  ...NOT_FOUND,
  '2012': 'not_found',
  U122: 'not_found',
  // It can not be taken back this way: too late for it, or the method does not allow it.
  '2003': 'refused',
  '2014': 'refused',
  '2016': 'refused',
  '2017': 'refused',
  '2020': 'refused',
  P035: 'refused',
}

export const NICE_QUERY: Readonly<Record<string, NiceMeaning>> = {
  '0000': 'done',
  ...CALLERS,
  ...NOT_FOUND,
  '2012': 'not_found',
}

export const niceMeaningOf = (table: Readonly<Record<string, NiceMeaning>>, code: string): NiceMeaning =>
  Object.hasOwn(table, code) ? table[code]! : 'look'
