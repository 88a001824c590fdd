import { Badge, type Tone } from '../../shared/parts/badge.tsx'
import { orderTexts } from './texts.ts'

const TONES: readonly (readonly [RegExp, Tone])[] = [
  [/^CREATED$/, 'warn'],
  [/^(EXPIRED|FAILED|PAYMENT_FAILED)$/, 'bad'],
  [/CANCELED|RETURNED/, 'plain'],
  [/REQUESTED/, 'info'],
  [/SHIPPED$/, 'good'],
]

export function StatusBadge({ status }: { status: string }) {
  const say = orderTexts.useSay()
  const tone = TONES.find(([pattern]) => pattern.test(status))?.[1] ?? 'good'
  return <Badge tone={tone}>{say(`status.${status as 'PAID'}`)}</Badge>
}
