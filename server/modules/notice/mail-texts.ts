// The words of each mail, in both languages.
import { toSeoulIso } from '../../platform/clock.ts'
import type { Language } from '../../platform/errors.ts'
import { escapeHtml } from '../../platform/escape-html.ts'
import type { Mail } from '../../platform/mail.ts'
import type { Notice, NoticeKind } from './contract.ts'

interface Words {
  subject: string
  /** Each a paragraph. */
  lines(facts: NonNullable<Notice['facts']>): (string | undefined)[]
}

const won = (amountKrw: number | undefined): string => (amountKrw ?? 0).toLocaleString('ko')
/** `2026-01-02 12:34`, Korean time. */
const minute = (ms: number | undefined): string =>
  toSeoulIso(ms ?? 0)
    .slice(0, 16)
    .replace('T', ' ')

const TEXTS: Readonly<Record<NoticeKind, Readonly<Record<Language, Words>>>> = {
  placed: {
    ko: {
      subject: '주문이 접수되었습니다',
      lines: ({ payByMs }) => [`주문이 접수되었습니다. ${minute(payByMs)}까지 결제하시면 확정됩니다.`],
    },
    en: {
      subject: 'Your order is placed',
      lines: ({ payByMs }) => [
        `Your order is placed. It is yours when it is paid by ${minute(payByMs)} (Korean time).`,
      ],
    },
  },
  hold_ending: {
    ko: {
      subject: '결제 시간이 곧 끝납니다',
      lines: ({ payByMs }) => [`${minute(payByMs)}이 지나면 주문이 취소되고 상품은 다른 분께 넘어갑니다.`],
    },
    en: {
      subject: 'The time to pay is nearly over',
      lines: ({ payByMs }) => [
        `After ${minute(payByMs)} (Korean time) the order ends, and its goods go to others.`,
      ],
    },
  },
  paid: {
    ko: {
      subject: '결제가 완료되었습니다',
      lines: () => ['결제가 완료되었습니다. 판매자가 상품을 준비합니다.'],
    },
    en: {
      subject: 'Your order is paid',
      lines: () => ['Your order is paid. The seller prepares your goods.'],
    },
  },
  refunded: {
    ko: {
      subject: '환불이 완료되었습니다',
      lines: ({ amountKrw }) => [`${won(amountKrw)}원이 환불되었습니다.`],
    },
    en: { subject: 'Your money is back', lines: ({ amountKrw }) => [`${won(amountKrw)} won were refunded.`] },
  },
  shipped: {
    ko: {
      subject: '상품이 발송되었습니다',
      lines: ({ carrier, trackingNumber }) => [
        '상품이 발송되었습니다.',
        parcel('운송장', carrier, trackingNumber),
      ],
    },
    en: {
      subject: 'Your goods are on their way',
      lines: ({ carrier, trackingNumber }) => [
        'Your goods are on their way.',
        parcel('Parcel', carrier, trackingNumber),
      ],
    },
  },
  return_received: {
    ko: {
      subject: '반품이 접수되었습니다',
      lines: () => ['판매자가 반품 상품을 받았습니다. 환불이 완료되면 다시 알려 드립니다.'],
    },
    en: {
      subject: 'Your return has arrived',
      lines: () => ['The seller has your return. You will be told when the money is back.'],
    },
  },
}
const ORDER: Readonly<Record<Language, string>> = { ko: '주문 보기', en: 'Look at the order' }

function parcel(
  word: string,
  carrier: string | null | undefined,
  trackingNumber: string | null | undefined,
): string | undefined {
  return carrier && trackingNumber ? `${word}: ${carrier} ${trackingNumber}` : undefined
}

export function toMail(
  { kind, orderId, facts = {} }: Notice,
  { email, language, publicUrl }: { email: string; language: Language; publicUrl: string },
): Mail {
  const words = TEXTS[kind][language]
  const lines = words.lines(facts).filter((line) => line !== undefined)
  const link = `${publicUrl.replace(/\/+$/, '')}/orders/${orderId}`
  const subject = `${words.subject} (${orderId})`
  const paragraphs = lines.map((line) => `<p>${escapeHtml(line)}</p>`).join('')
  return {
    to: email,
    subject,
    text: `${lines.join('\n')}\n\n${link}\n`,
    html: `<!doctype html><html lang="${language}"><meta charset="utf-8"><title>${escapeHtml(subject)}</title>
${paragraphs}<p><a href="${escapeHtml(link)}">${ORDER[language]}</a></p></html>`,
  }
}
