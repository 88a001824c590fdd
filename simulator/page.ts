// The look of the payment windows: pages that need no script, in Korean with English beside it.
import { createHash } from 'node:crypto'
import type { FastifyReply } from 'fastify'

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}
const escape = (text: string): string => text.replaceAll(/[&<>"']/g, (letter) => ESCAPES[letter]!)

const STYLE = `
:root { color-scheme: light dark; --line: #d5d9e0; --ink: #14181f; --soft: #5a6472; --paper: #fff; --ground: #f2f4f7; --accent: #1b5fd9; }
@media (prefers-color-scheme: dark) { :root { --line: #3a414d; --ink: #eef1f5; --soft: #a4adba; --paper: #1b2028; --ground: #11151b; --accent: #7aa7ff; } }
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 16px; background: var(--ground); color: var(--ink); font: 16px/1.5 system-ui, 'Apple SD Gothic Neo', 'Noto Sans KR', sans-serif; }
main { width: 100%; max-width: 400px; background: var(--paper); border: 1px solid var(--line); border-radius: 16px; padding: 24px; }
h1 { margin: 0 0 4px; font-size: 20px; }
small, .soft { color: var(--soft); font-size: 13px; }
dl { margin: 20px 0; display: grid; grid-template-columns: auto 1fr; gap: 8px 16px; }
dt { color: var(--soft); }
dd { margin: 0; text-align: right; overflow-wrap: anywhere; }
.amount { font-size: 22px; font-weight: 700; font-variant-numeric: tabular-nums; }
form { display: grid; gap: 8px; }
button { font: inherit; padding: 12px; border-radius: 10px; border: 1px solid var(--line); background: none; color: inherit; cursor: pointer; }
button.main small { color: inherit; }
button.main { background: var(--accent); border-color: var(--accent); color: var(--paper); font-weight: 600; }
button:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
`

/** Sends a form by itself where there is script; the button is for where there is none. */
const SUBMIT = "document.getElementById('go').submit()"
const hashOf = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`
const POLICY = `default-src 'none'; style-src ${hashOf(STYLE)}; script-src ${hashOf(SUBMIT)}; form-action 'self' http: https:; base-uri 'none'`

export function sendPage(reply: FastifyReply, status: number, title: string, body: string): FastifyReply {
  const html = `<!doctype html>
<html lang="ko">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
${body}
</main>
</body>
</html>
`
  return reply
    .code(status)
    .headers({
      'content-security-policy': POLICY,
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
    })
    .type('text/html; charset=utf-8')
    .send(html)
}

export interface Shown {
  provider: string
  orderName: string
  amount: number
  orderId: string
  method: 'CARD' | 'VIRTUAL_ACCOUNT'
  /** Where the buttons send the buyer's answer. */
  action: string
}

export function paymentPage({ provider, orderName, amount, orderId, method, action }: Shown): string {
  const how =
    method === 'CARD'
      ? '카드 <small lang="en">Card</small>'
      : '가상계좌 <small lang="en">Virtual account</small>'
  return `<h1>${escape(provider)} 결제</h1>
<p class="soft">시뮬레이터입니다. 실제 돈은 오가지 않습니다. <span lang="en">A simulator: no real money moves.</span></p>
<dl>
<dt>주문명 <small lang="en">Order</small></dt><dd>${escape(orderName)}</dd>
<dt>결제 금액 <small lang="en">Amount</small></dt><dd class="amount">${amount.toLocaleString('ko-KR')}원</dd>
<dt>주문번호 <small lang="en">Order id</small></dt><dd>${escape(orderId)}</dd>
<dt>결제 수단 <small lang="en">Method</small></dt><dd>${how}</dd>
</dl>
<form method="post" action="${escape(action)}" aria-label="결제 Payment">
<button class="main" name="choice" value="approve">결제하기 <small lang="en">Approve</small></button>
<button name="choice" value="refuse">카드사 거절 <small lang="en">Refuse</small></button>
<button name="choice" value="close">닫기 <small lang="en">Close</small></button>
</form>`
}

/** A form that goes to the shop. */
export function handOverPage(action: string, fields: Readonly<Record<string, string>>): string {
  const inputs = Object.entries(fields).map(
    ([name, value]) => `<input type="hidden" name="${escape(name)}" value="${escape(value)}">`,
  )
  return `<h1>쇼핑몰로 돌아갑니다</h1>
<p class="soft" lang="en">Going back to the shop.</p>
<form id="go" method="post" action="${escape(action)}" aria-label="쇼핑몰로 돌아가기 Back to the shop">
${inputs.join('\n')}
<button class="main">계속하기 <small lang="en">Continue</small></button>
</form>
<script>${SUBMIT}</script>`
}

export const noticePage = (code: string, ko: string, en: string): string =>
  `<h1>결제할 수 없습니다</h1>
<p role="alert">${escape(ko)}<br><span lang="en">${escape(en)}</span></p>
<p class="soft">${escape(code)}</p>`
