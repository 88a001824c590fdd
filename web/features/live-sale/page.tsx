import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { useState } from 'react'
import { newKey } from '../../../client/index.ts'
import { ask } from '../../shared/api/answer.ts'
import { itemQuery } from '../../shared/api/items.ts'
import { shop } from '../../shared/api/shop.ts'
import { count } from '../../shared/format/money.ts'
import { Badge, Note } from '../../shared/parts/badge.tsx'
import { Button, buttonLook } from '../../shared/parts/button.tsx'
import { ConfirmDialog } from '../../shared/parts/dialog.tsx'
import { Field } from '../../shared/parts/field.tsx'
import { MembersOnly } from '../../shared/parts/members-only.tsx'
import { Card, Page, Section } from '../../shared/parts/page.tsx'
import { SaleBadge, type SaleStatus } from '../../shared/parts/sale-badge.tsx'
import { EmptyState, Loading } from '../../shared/parts/states.tsx'
import { toast } from '../../shared/parts/toast.tsx'
import { whyNot } from '../../shared/parts/why-not.ts'
import { Chart, LineSample } from './chart.tsx'
import { refusalsOf, type ChartPoint } from './last-minute.ts'
import { liveTexts } from './texts.ts'
import { useLiveSale, type Second } from './use-live-sale.ts'

export function LiveSalePage() {
  const say = liveTexts.useSay()
  const { itemId } = useParams({ from: '/console/sales/$itemId' })
  const { data: item } = useQuery(itemQuery(Number(itemId)))
  return (
    <Page
      title={item === undefined ? say('title') : `${say('title')} · ${item.name}`}
      actions={
        <Link to="/items/$itemId" params={{ itemId }} className={buttonLook('secondary')}>
          {say('itemPage')}
        </Link>
      }
    >
      <MembersOnly>{() => <LiveSale itemId={Number(itemId)} />}</MembersOnly>
    </Page>
  )
}

function LiveSale({ itemId }: { itemId: number }) {
  const say = liveTexts.useSay()
  const { last, points, stale, refused } = useLiveSale(itemId)
  if (refused === 'NOT_FOUND_ITEM') return <EmptyState title={say('noItem')} />
  if (refused === 'NOT_LIMITED_ITEM') return <EmptyState title={say('notLimited')} />
  if (refused !== undefined) return <EmptyState title={say('notYours')} />
  if (last === undefined) return <Loading />
  return (
    <>
      {stale !== undefined && <Note tone="warn" title={say(stale === 'database' ? 'stale' : 'lost')} />}
      <Equation units={last.units} />
      <Section title={say('perSecond')}>
        <Card className="grid gap-4">
          <Rates last={last} />
          <Chart points={points} />
        </Card>
      </Section>
      <div className="grid items-start gap-6 md:grid-cols-2">
        <Refusals points={points} />
        <Gate last={last} />
      </div>
      <Control itemId={itemId} status={last.sale.status} />
    </>
  )
}

/** total = available + held + sold. Both sides are counted independently of one another. */
function Equation({ units: { total, available, held, sold } }: Pick<Second, 'units'>) {
  const say = liveTexts.useSay()
  const apart = total - (available + held + sold)
  const parts = [
    ['total', total],
    ['available', available],
    ['held', held],
    ['sold', sold],
  ] as const
  return (
    <Section
      title={say('equation')}
      actions={
        <Badge tone={apart === 0 ? 'good' : 'bad'}>
          {apart === 0 ? `✓ ${say('adds')}` : `✗ ${say('addsNot', { count: Math.abs(apart) })}`}
        </Badge>
      }
    >
      <div
        data-equation={apart === 0 ? 'holds' : 'broken'}
        className={`flex flex-wrap items-end gap-x-4 gap-y-2 rounded-card border-2 p-4 sm:p-6 ${apart === 0 ? 'border-line bg-surface' : 'border-bad bg-bad-soft'}`}
      >
        {parts.map(([name, amount], n) => (
          <div key={name} className="flex items-end gap-4">
            {n > 0 && (
              <span aria-hidden="true" className="pb-1 text-2xl text-muted">
                {n === 1 ? '=' : '+'}
              </span>
            )}
            <p className="grid">
              <span className="text-sm text-muted">{say(name)}</span>
              <span className="tabular text-3xl font-bold">{count(amount)}</span>
            </p>
          </div>
        ))}
      </div>
    </Section>
  )
}

function Rates({ last }: { last: Second }) {
  const say = liveTexts.useSay()
  return (
    <dl className="grid grid-cols-2 gap-3 sm:grid-cols-5">
      {(['claims', 'placed', 'paid', 'expired', 'canceled'] as const).map((name) => (
        <div key={name}>
          <dt className="flex items-center gap-2 text-sm text-muted">
            {say(name)} <LineSample name={name} />
          </dt>
          <dd className="tabular text-2xl font-bold">
            {count(Math.round(last.perSecond[name] / last.seconds))}
          </dd>
        </div>
      ))}
    </dl>
  )
}

function Refusals({ points }: { points: readonly ChartPoint[] }) {
  const say = liveTexts.useSay()
  const reasons = refusalsOf(points)
  return (
    <Section title={say('refusals')}>
      <Card>
        {reasons.length === 0 ? (
          <p className="text-muted">{say('noRefusals')}</p>
        ) : (
          <dl className="grid grid-cols-[1fr_auto] gap-2">
            {reasons.map(([reason, amount]) => (
              <div key={reason} className="col-span-2 grid grid-cols-subgrid">
                <dt>{say(`reason.${reason as 'sold_out'}`)}</dt>
                <dd className="tabular font-semibold">{count(amount)}</dd>
              </div>
            ))}
          </dl>
        )}
      </Card>
    </Section>
  )
}

const ms = (value: number | null): string => (value === null ? '–' : `${value} ms`)

function Gate({ last: { gate, latencyMs, processes, sale } }: { last: Second }) {
  const say = liveTexts.useSay()
  const rows = [
    [say('latency'), `p50 ${ms(latencyMs.p50)} · p99 ${ms(latencyMs.p99)}`],
    [say('gate'), `${say(`gateKind.${gate.kind}`)} · ${say('inFlight', { count: count(gate.inFlight) })}`],
    [say('state'), gate.isAway ? say('gateAway') : say('gateOn')],
    [say('selling'), say('processes', { count: processes })],
  ] as const
  return (
    <Section title={say('gate')} actions={<SaleBadge status={sale.status} />}>
      <Card>
        <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-2">
          {rows.map(([name, value]) => (
            <div key={name} className="col-span-2 grid grid-cols-subgrid">
              <dt className="text-muted">{name}</dt>
              <dd className="tabular">{value}</dd>
            </div>
          ))}
        </dl>
      </Card>
    </Section>
  )
}

type Move = 'pause' | 'resume' | 'close'
const MOVES: Readonly<Record<SaleStatus, readonly Move[]>> = {
  SCHEDULED: ['pause', 'close'],
  OPEN: ['pause', 'close'],
  SOLD_OUT: ['pause', 'close'],
  PAUSED: ['resume', 'close'],
  CLOSED: [],
}

function Control({ itemId, status }: { itemId: number; status: SaleStatus }) {
  const say = liveTexts.useSay()
  const [move, setMove] = useState<Move>()
  if (MOVES[status].length === 0) return null
  return (
    <Section title={say('control')}>
      <div className="flex flex-wrap gap-2">
        {MOVES[status].map((one) => (
          <Button key={one} variant={one === 'close' ? 'danger' : 'secondary'} onClick={() => setMove(one)}>
            {say(one)}
          </Button>
        ))}
      </div>
      {move !== undefined && <MoveDialog itemId={itemId} move={move} onClose={() => setMove(undefined)} />}
    </Section>
  )
}

function MoveDialog({ itemId, move, onClose }: { itemId: number; move: Move; onClose(): void }) {
  const say = liveTexts.useSay()
  const [reason, setReason] = useState('')
  const [isBusy, setBusy] = useState(false)
  const [problem, setProblem] = useState<string>()
  const onMove = async (): Promise<void> => {
    setBusy(true)
    const answer = await ask(
      shop.POST(`/item-service/api/v1/items/{itemId}/sale/${move}`, {
        params: { path: { itemId }, header: newKey() },
        body: { reason: reason.trim() },
      }),
    )
    setBusy(false)
    if (answer.kind !== 'done') return setProblem(whyNot(answer))
    toast(say('done'))
    onClose()
  }
  return (
    <ConfirmDialog
      onClose={onClose}
      title={say(`${move}Title`)}
      confirm={
        <Button
          variant={move === 'close' ? 'danger' : 'primary'}
          isBusy={isBusy}
          disabled={reason.trim() === ''}
          onClick={() => void onMove()}
        >
          {say(move)}
        </Button>
      }
    >
      <Field
        label={say('why')}
        hint={say('whyHint')}
        value={reason}
        maxLength={500}
        required
        error={problem}
        onChange={(event) => setReason(event.target.value)}
      />
    </ConfirmDialog>
  )
}
