// Who gets the goods: checked in the words of the shop, sealed with the order.
import type { PersonalData } from '../../platform/crypto.ts'
import type { Tx } from '../../platform/db.ts'
import { AppError, type FieldError, type InLanguages } from '../../platform/errors.ts'
import { PHONE_NUMBER, PHONE_REASON } from '../../platform/phone.ts'
import type { Recipient } from './contract.ts'
import type { SealedRecipient } from './sql-read.ts'
import { saveRecipient } from './sql-write.ts'

const MISSING: Readonly<Record<keyof Recipient, InLanguages>> = {
  name: { ko: '받는 사람의 이름을 입력해주세요.', en: 'Enter the name of the recipient.' },
  phoneNumber: { ko: '전화번호 입력은 필수 입력 대상입니다.', en: 'Phone number is required.' },
  address: { ko: '주소를 입력해주세요.', en: 'Enter an address.' },
}
const CHARACTERS: InLanguages = {
  ko: '사용할 수 없는 문자가 있습니다.',
  en: 'There are characters in it that can not be used.',
}
/** Line breaks of an address come as spaces, if at all. */
const UNUSABLE = /[\p{Cc}\p{Cs}]/u

/** Trimmed; throws INVALID_INPUT_VALUE with what is wrong. */
export function checkRecipient(given: Recipient): Recipient {
  const recipient: Recipient = {
    name: given.name.trim(),
    phoneNumber: given.phoneNumber.trim(),
    address: given.address.trim(),
  }
  const fields: FieldError[] = []
  for (const [name, text] of Object.entries(recipient) as [keyof Recipient, string][]) {
    const reason = faultOf(name, text)
    if (reason !== undefined) fields.push({ field: `recipient.${name}`, value: '', reason })
  }
  if (fields.length > 0) throw new AppError('INVALID_INPUT_VALUE', { fields })
  return recipient
}

function faultOf(name: keyof Recipient, text: string): InLanguages | undefined {
  if (text === '') return MISSING[name]
  if (UNUSABLE.test(text)) return CHARACTERS
  return name === 'phoneNumber' && !PHONE_NUMBER.test(text) ? PHONE_REASON : undefined
}

const TABLE = 'orders.recipient'

export function keepRecipient(
  tx: Tx,
  pii: PersonalData,
  orderId: number,
  { name, phoneNumber, address }: Recipient,
): Promise<void> {
  const seal = (column: string, text: string): Buffer =>
    pii.seal({ table: TABLE, column, rowId: orderId }, text)
  return saveRecipient(tx, orderId, {
    name: seal('name', name),
    phoneNumber: seal('phone_number', phoneNumber),
    address: seal('address', address),
  })
}

export function openRecipient(pii: PersonalData, orderId: number, sealed: SealedRecipient): Recipient {
  const open = (column: string, envelope: Buffer): string =>
    pii.open({ table: TABLE, column, rowId: orderId }, envelope)
  return {
    name: open('name', sealed.name),
    phoneNumber: open('phone_number', sealed.phoneNumber),
    address: open('address', sealed.address),
  }
}
