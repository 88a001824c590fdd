// What browsers and providers post to the shop: forms from another site, and bodies of any kind; and the pages that people see then.
import { request } from 'undici'
import { createDocumentCheck, type DocumentCheck } from './document-check.ts'
import { NICE_SECRET, sha256 } from './pay-simulator.ts'
import { PAYMENTS } from './pay-shop.ts'

export interface Posted {
  status: number
  headers: Record<string, string | string[] | undefined>
  text: string
  /** Of an error. */
  code: string | undefined
}

let documentCheck: Promise<DocumentCheck> | undefined

/** The answer, held against the OpenAPI document. */
export async function ask(
  shopUrl: string,
  path: string,
  {
    method = 'GET',
    body,
    headers = {},
  }: Partial<Record<'method' | 'body', string>> & { headers?: Record<string, string> } = {},
): Promise<Posted> {
  const answer = await request(`${shopUrl}${path}`, {
    method: method as 'GET',
    headers,
    ...(body !== undefined && { body }),
  })
  const text = await answer.body.text()
  const contentType = String(answer.headers['content-type'] ?? '')
  const read: unknown = contentType.includes('json') ? JSON.parse(text) : text
  documentCheck ??= createDocumentCheck()
  const wrong = (await documentCheck)({ method, path, contentType, status: answer.statusCode, body: read })
  if (wrong !== undefined) throw new Error(wrong)
  const code = (read as { code?: string }).code
  return { status: answer.statusCode, headers: answer.headers, text, code }
}

/** As NICEPAY's window does: a form of another site, without a session. */
export const postForm = (
  shopUrl: string,
  form: Readonly<Record<string, string>> | string,
  headers: Record<string, string> = {},
): Promise<Posted> =>
  ask(shopUrl, `${PAYMENTS}/nice/confirm`, {
    method: 'POST',
    body: typeof form === 'string' ? form : new URLSearchParams(form).toString(),
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      origin: 'https://pay.nicepay.co.kr',
      referer: 'https://pay.nicepay.co.kr/',
      'sec-fetch-site': 'cross-site',
      'sec-fetch-mode': 'navigate',
      'sec-fetch-dest': 'document',
      ...headers,
    },
  })

export const postWebhook = (
  shopUrl: string,
  provider: 'toss' | 'nice',
  body: unknown,
  headers: Record<string, string> = {},
): Promise<Posted> =>
  ask(shopUrl, `${PAYMENTS}/${provider}/webhook`, {
    method: 'POST',
    body: typeof body === 'string' ? body : JSON.stringify(body),
    headers: { 'content-type': 'application/json', ...headers },
  })

/** An event of NICEPAY, rightly signed unless told otherwise. */
export function niceEvent(about: {
  orderId: string
  tid: string
  amount: number
  status?: string
  signature?: string
}): Record<string, unknown> {
  const { tid, amount, orderId, status = 'paid' } = about
  const ediDate = new Date().toISOString()
  return {
    resultCode: '0000',
    resultMsg: '정상 처리되었습니다.',
    tid,
    orderId,
    amount,
    balanceAmt: status === 'paid' ? amount : 0,
    currency: 'KRW',
    status,
    ediDate,
    signature: about.signature ?? sha256(`${tid}${amount}${ediDate}${NICE_SECRET}`),
  }
}

export interface Page {
  /** Of the payment. */
  status: string | undefined
  heading: string | undefined
  /** It loads itself again. */
  isReloading: boolean
  html: string
  headers: Posted['headers']
}

export async function readPage(shopUrl: string, path: string, language = 'ko'): Promise<Page> {
  const {
    status,
    text: html,
    headers,
  } = await ask(shopUrl, path, { headers: { 'accept-language': language } })
  if (status !== 200) throw new Error(`the page answered ${status}`)
  return {
    status: /data-status="(\w+)"/.exec(html)?.[1],
    heading: /<h1[^>]*>([^<]*)<\/h1>/.exec(html)?.[1],
    isReloading: html.includes('http-equiv="refresh"'),
    html,
    headers,
  }
}
