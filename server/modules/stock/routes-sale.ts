import { Type, type Static } from 'typebox'
import type { Caller } from '../../platform/auth.ts'
import {
  AppError,
  languageOf,
  type FieldError,
  type InLanguages,
  type Language,
} from '../../platform/errors.ts'
import type { Http } from '../../platform/http.ts'
import { problems } from '../../platform/problem-schema.ts'
import { INSTANT_CHARACTERS_MAX, readInstant } from '../../platform/read-instant.ts'
import { controlSale, type SaleCommand, type SaleTerms, type WindowFault } from './control-sale.ts'
import type { StockDeps } from './restock.ts'
import { SaleView, toSaleView } from './sale-view.ts'
import { ItemParams } from './stock-view.ts'

// PostgreSQL keeps any text but the character zero.
const Reason = Type.String({
  maxLength: 500,
  pattern: '^[^\\u0000]*$',
  description: 'Why, for the audit trail',
  examples: ['가격 확인'],
})
const Instant = Type.String({
  maxLength: INSTANT_CHARACTERS_MAX,
  description: 'ISO 8601; without a zone it is Korean time',
  examples: ['2026-01-02T12:00:00'],
})

const ScheduleRequest = Type.Object(
  {
    openTime: Type.Optional(Instant),
    closeTime: Type.Optional(
      Type.Union([Instant, Type.Null()], {
        description: 'null: until sold out or closed by hand',
        examples: ['2026-01-02T18:00:00'],
      }),
    ),
    limitPerBuyer: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000_000, examples: [1] })),
    holdSeconds: Type.Optional(Type.Integer({ minimum: 1, maximum: 86_400, examples: [300] })),
    reason: Type.Optional(Reason),
  },
  { additionalProperties: false },
)
type ScheduleRequest = Static<typeof ScheduleRequest>

/** The body may be left out. */
const MoveRequest = Type.Union([
  Type.Object({ reason: Type.Optional(Reason) }, { additionalProperties: false }),
  Type.Null(),
])

const response = {
  200: SaleView,
  ...problems('NOT_FOUND_ITEM', 'NOT_LIMITED_ITEM', 'SALE_CONFLICT'),
}

const MOVES = [
  {
    path: 'pause',
    move: 'PAUSE',
    summary: 'Pause a sale',
    description: 'Nothing is sold until it is resumed. Orders stay.',
  },
  {
    path: 'resume',
    move: 'RESUME',
    summary: 'Resume a paused sale',
    description: 'Goes on where it was paused.',
  },
  {
    path: 'close',
    move: 'CLOSE',
    summary: 'Close a sale',
    description: 'For good: a closed sale never opens again.',
  },
] as const

export function saleRoutes(http: Http, deps: StockDeps): void {
  const control = async (caller: Caller, command: SaleCommand): Promise<SaleView> => {
    const result = await controlSale(deps, caller, command)
    if (result.outcome !== 'changed') throw wrongWindow(result.outcome)
    return toSaleView(result.sale)
  }
  http.put(
    '/item-service/api/v1/items/:itemId/sale',
    {
      schema: {
        tags: ['sale'],
        summary: 'Change the window, limit or hold of a sale',
        description: 'What is left out stays as it is. Limit and hold count for orders from now on.',
        params: ItemParams,
        body: ScheduleRequest,
        response,
      },
    },
    async ({ params: { itemId }, body, caller, headers }) => {
      const terms = readTerms(body, languageOf(headers['accept-language']))
      return control(caller, { itemId, move: 'SCHEDULE', terms, reason: body.reason })
    },
  )
  for (const { path, move, summary, description } of MOVES) {
    http.post(
      `/item-service/api/v1/items/:itemId/sale/${path}`,
      {
        schema: { tags: ['sale'], summary, description, params: ItemParams, body: MoveRequest, response },
      },
      async ({ params: { itemId }, body, caller }) =>
        control(caller, { itemId, move, terms: {}, reason: body?.reason }),
    )
  }
}

const NOTHING = { ko: '변경할 값을 하나 이상 입력해주세요.', en: 'Name at least one value to change.' }

function readTerms(
  { openTime, closeTime, limitPerBuyer, holdSeconds }: ScheduleRequest,
  language: Language,
): SaleTerms {
  const errors: FieldError[] = []
  const open = readInstant('openTime', openTime, language, errors)
  const close = readInstant('closeTime', closeTime, language, errors)
  const terms = {
    ...(open !== undefined && { openTime: open }),
    ...(close !== undefined && { closeTime: close }),
    ...(limitPerBuyer !== undefined && { limitPerBuyer }),
    ...(holdSeconds !== undefined && { holdSeconds }),
  }
  if (errors.length === 0 && Object.keys(terms).length === 0)
    errors.push({ field: 'body', value: '', reason: NOTHING })
  if (errors.length > 0) throw new AppError('INVALID_INPUT_VALUE', { fields: errors })
  return terms
}

const WINDOW_REASONS: Readonly<Record<WindowFault, InLanguages>> = {
  close_before_open: {
    ko: '판매 종료 시간은 시작 시간보다 늦어야 합니다.',
    en: 'The sale must close after it opens.',
  },
  close_in_past: {
    ko: '판매 종료 시간은 현재보다 늦어야 합니다. 바로 끝내려면 판매를 종료해주세요.',
    en: 'The closing time must be in the future. To end the sale now, close it.',
  },
}

function wrongWindow(fault: WindowFault): AppError {
  return new AppError('INVALID_INPUT_VALUE', {
    fields: [{ field: 'closeTime', value: '', reason: WINDOW_REASONS[fault] }],
  })
}
