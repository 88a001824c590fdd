import { Type } from 'typebox'
import { AppError, languageOf } from '../../platform/errors.ts'
import type { Http } from '../../platform/http.ts'
import { problems } from '../../platform/problem-schema.ts'
import { readSales } from './read-sales.ts'
import { restock, type Restocked, type StockDeps } from './restock.ts'

const UNITS_PER_CHANGE_MAX = 1_000_000

export const ItemId = Type.Integer({
  minimum: 1,
  maximum: Number.MAX_SAFE_INTEGER,
  description: 'Id of the item',
})

const UnitsRequest = Type.Object(
  {
    itemId: ItemId,
    quantity: Type.Integer({ minimum: 1, maximum: UNITS_PER_CHANGE_MAX }),
    '@type': Type.Optional(
      Type.String({ maxLength: 100, description: 'Of the first version of this API; has no meaning.' }),
    ),
  },
  { additionalProperties: false, examples: [{ itemId: 1, quantity: 10 }] },
)

const REFUSED = problems(
  'INVALID_INPUT_VALUE',
  'UNAUTHENTICATED',
  'UNAUTHORIZED_ACCESS',
  'NOT_FOUND_STOCK',
  'NOT_ENOUGH_STOCK',
)
const DONE = { 204: Type.Null({ description: 'Done' }) }

const TOO_MANY = { ko: '재고는 10억 개를 넘을 수 없습니다.', en: 'An item has at most 1,000,000,000 units.' }

const CHANGES = [
  {
    method: 'POST',
    sign: 1,
    summary: 'Add units',
    description:
      'The seller of the item, or an administrator, puts more units up for sale. They can be bought at once.',
  },
  {
    method: 'PUT',
    sign: -1,
    summary: 'Take units away',
    description: 'Only units that are in no order can be taken away; if there are fewer, nothing changes.',
  },
] as const

export function unitRoutes(http: Http, deps: StockDeps): void {
  for (const { method, sign, summary, description } of CHANGES) {
    http.route({
      method,
      url: '/item-service/api/v1/stocks',
      schema: {
        tags: ['stock'],
        summary,
        description,
        body: UnitsRequest,
        response: { ...DONE, ...REFUSED },
      },
      async handler({ body: { itemId, quantity }, caller, headers }, reply) {
        const outcome = await restock(deps, caller, { itemId, delta: sign * quantity })
        refuseRestock(outcome, quantity, headers['accept-language'])
        return reply.code(204).send(null)
      },
    })
  }
  readRoute(http, deps)
}

function readRoute(http: Http, { database }: StockDeps): void {
  http.get(
    '/item-service/api/v1/stocks/items/:itemId',
    {
      schema: {
        tags: ['stock'],
        summary: 'Units left of an item',
        description: 'Units in no live order, as last committed.',
        params: Type.Object({ itemId: ItemId }),
        response: {
          200: Type.Object({ quantity: Type.Integer() }, { description: 'Units left' }),
          ...problems('INVALID_INPUT_VALUE', 'NOT_FOUND_STOCK'),
        },
      },
    },
    async ({ params }) => {
      const [sale] = await readSales(database.db, [params.itemId])
      if (sale === undefined) throw new AppError('NOT_FOUND_STOCK')
      return { quantity: sale.available }
    },
  )
}

function refuseRestock(outcome: Restocked, quantity: number, acceptLanguage: string | undefined): void {
  switch (outcome) {
    case 'restocked':
      return
    case 'not_enough':
      throw new AppError('NOT_ENOUGH_STOCK')
    case 'too_many': {
      const reason = TOO_MANY[languageOf(acceptLanguage)]
      throw new AppError('INVALID_INPUT_VALUE', {
        fields: [{ field: 'quantity', value: String(quantity), reason }],
      })
    }
  }
}
