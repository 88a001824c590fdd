// Where a payment window leads back to: a page that says what is true of the payment now.
import { createHash } from 'node:crypto'
import type { Language } from '../../platform/errors.ts'
import { messageOf } from './payment-body.ts'
import type { PaymentRow } from './sql.ts'
import { PAYMENT_STATES } from './state.ts'

const STYLE = `body{font:16px/1.6 system-ui,sans-serif;margin:0;display:grid;min-height:100vh;place-items:center;background:#f6f7f9;color:#14181f}
main{background:#fff;border-radius:16px;padding:32px 40px;max-width:28rem;box-shadow:0 8px 32px #0001}
h1{font-size:1.25rem;margin:0 0 12px}dl{display:grid;grid-template-columns:auto 1fr;gap:4px 16px;margin:0}dt{color:#5b6472}dd{margin:0;text-align:right}`
const STYLE_HASH = createHash('sha256').update(STYLE).digest('base64')

const WORDS = {
  ko: { title: '결제 결과', order: '주문', amount: '금액', won: '원' },
  en: { title: 'Payment', order: 'Order', amount: 'Amount', won: ' won' },
} as const
const RELOAD_SECONDS = 2

/** Nothing in it comes from outside but numbers. */
export function resultPage(payment: PaymentRow, language: Language): { html: string; policy: string } {
  const words = WORDS[language]
  const reload = PAYMENT_STATES[payment.status].checking
    ? `<meta http-equiv="refresh" content="${RELOAD_SECONDS}">`
    : ''
  const amount = payment.amountKrw.toLocaleString(language)
  return {
    policy: `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
    html: `<!doctype html><html lang="${language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
${reload}<title>${words.title}</title><style>${STYLE}</style></head><body><main data-status="${payment.status}">
<h1 role="status">${messageOf(payment, language)}</h1>
<dl><dt>${words.order}</dt><dd>${payment.orderId}</dd><dt>${words.amount}</dt><dd>${amount}${words.won}</dd></dl>
</main></body></html>
`,
  }
}
