// Personal data at rest: sealed values that only their own row can open, and blind indexes to find them by.
import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto'

/** Where a sealed value lives. It is bound to this place: copied to another row or column it does not open. */
interface Place {
  table: string
  column: string
  rowId: number
}

export interface PersonalData {
  /** AES-256-GCM with the newest key and a random nonce: equal texts give different envelopes. */
  seal(place: Place, text: string): Buffer
  /** Throws where the envelope was changed, belongs to another place, or its key is gone. */
  open(place: Place, envelope: Buffer): string
  /** A keyed hash (32 bytes) to look a value up by without storing it; each purpose has a key of its own. */
  index(purpose: string, value: string): Buffer
}

export interface PersonalDataKey {
  id: string
  key: Buffer
}

// Envelope: version (1) | length of the key's id (1) | key's id | nonce (12) | tag (16) | ciphertext.
const VERSION = 1
const NONCE_BYTES = 12
const TAG_BYTES = 16
const KEY_BYTES = 32

/**
 * `keys` newest first. A new key is put in front and seals from then on; the old ones still open what they sealed.
 * Indexes are made with the last (oldest) key, so that look-ups go on working after a rotation: that key must stay
 * the last of the list for as long as any row was indexed with it.
 */
export function createPersonalData(keys: readonly PersonalDataKey[]): PersonalData {
  const newest = keys[0]
  const oldest = keys.at(-1)
  if (newest === undefined || oldest === undefined) throw new Error('personal data needs at least one key')
  const sealKeys = new Map(keys.map(({ id, key }) => [id, derive(key, 'seal')]))
  const indexKeys = new Map<string, Buffer>()
  const indexKey = (purpose: string): Buffer => {
    let key = indexKeys.get(purpose)
    if (key === undefined) indexKeys.set(purpose, (key = derive(oldest.key, `index ${purpose}`)))
    return key
  }
  return {
    seal: (place, text) => seal(newest.id, keyOf(sealKeys, newest.id), place, text),
    open(place, envelope) {
      try {
        return open(sealKeys, place, envelope)
      } catch (cause) {
        throw new Error('personal data does not open: changed, moved, or its key is gone', { cause })
      }
    },
    index: (purpose, value) => createHmac('sha256', indexKey(purpose)).update(value).digest(),
  }
}

/** One configured key serves several uses; no two of them share key bytes. */
function derive(key: Buffer, use: string): Buffer {
  return Buffer.from(hkdfSync('sha256', key, '', `hurry-up-order personal data: ${use}`, KEY_BYTES))
}

function keyOf(keys: ReadonlyMap<string, Buffer>, id: string): Buffer {
  const key = keys.get(id)
  if (key === undefined) throw new Error('the key of this personal data is not configured')
  return key
}

function associatedData(keyId: string, { table, column, rowId }: Place): Buffer {
  return Buffer.from(JSON.stringify([VERSION, keyId, table, column, rowId]))
}

function seal(keyId: string, key: Buffer, place: Place, text: string): Buffer {
  const nonce = randomBytes(NONCE_BYTES)
  const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES })
  cipher.setAAD(associatedData(keyId, place))
  const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
  const id = Buffer.from(keyId, 'ascii')
  return Buffer.concat([Buffer.of(VERSION, id.length), id, nonce, cipher.getAuthTag(), sealed])
}

function open(keys: ReadonlyMap<string, Buffer>, place: Place, envelope: Buffer): string {
  const idEnd = 2 + (envelope[1] ?? 0)
  const tagStart = idEnd + NONCE_BYTES
  const textStart = tagStart + TAG_BYTES
  if (envelope[0] !== VERSION || envelope.length < textStart)
    throw new Error('this is not sealed personal data')
  const keyId = envelope.toString('ascii', 2, idEnd)
  const nonce = envelope.subarray(idEnd, tagStart)
  const decipher = createDecipheriv('aes-256-gcm', keyOf(keys, keyId), nonce, { authTagLength: TAG_BYTES })
  decipher.setAAD(associatedData(keyId, place))
  decipher.setAuthTag(envelope.subarray(tagStart, textStart))
  return Buffer.concat([decipher.update(envelope.subarray(textStart)), decipher.final()]).toString('utf8')
}
