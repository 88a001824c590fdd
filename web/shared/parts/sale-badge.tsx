import { Badge, type Tone } from './badge.tsx'
import { defineTexts } from '../i18n/texts.ts'

export type SaleStatus = 'SCHEDULED' | 'OPEN' | 'PAUSED' | 'SOLD_OUT' | 'CLOSED'

const saleTexts = defineTexts(
  'status',
  { SCHEDULED: '오픈 예정', OPEN: '판매 중', PAUSED: '일시 중지', SOLD_OUT: '매진', CLOSED: '판매 종료' },
  { SCHEDULED: 'Opens soon', OPEN: 'On sale', PAUSED: 'Paused', SOLD_OUT: 'Sold out', CLOSED: 'Closed' },
)

const TONES: Readonly<Record<SaleStatus, Tone>> = {
  SCHEDULED: 'info',
  OPEN: 'accent',
  PAUSED: 'warn',
  SOLD_OUT: 'plain',
  CLOSED: 'plain',
}

export function SaleBadge({ status }: { status: SaleStatus }) {
  const say = saleTexts.useSay()
  return <Badge tone={TONES[status]}>{say(status)}</Badge>
}
