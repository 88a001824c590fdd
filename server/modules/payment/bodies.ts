// What the routes of payments take and show.
import { Type, type Static } from 'typebox'
import { OrderId } from '../order/contract.ts'
import { PAYMENT_STATUSES, PROVIDERS } from './contract.ts'

const strict = { additionalProperties: false }

/** What a browser and a provider call an order. Toss: 6 to 64 of these characters. */
export const ProviderOrderId = Type.String({
  pattern: '^[A-Za-z0-9_-]{6,64}$',
  description: 'What the provider calls the order',
  examples: ['128-k2m8x0q4w6e1r3t5'],
})
/** Won. An order of a thousand dear lines stays below it. */
const Amount = Type.Integer({
  minimum: 0,
  maximum: Number.MAX_SAFE_INTEGER,
  description: 'Korean won; compared with the order, never believed',
  examples: [24_000],
})
const ProviderKey = Type.String({
  minLength: 1,
  maxLength: 200,
  pattern: '^[\\x21-\\x7e]+$',
  description: 'What the provider calls the payment',
  examples: ['tviva20261125102030AbCdE'],
})

export const PaymentParams = Type.Object({
  paymentId: Type.Integer({
    minimum: 1,
    maximum: Number.MAX_SAFE_INTEGER,
    description: 'Id of the payment',
    examples: [1],
  }),
})

const ProviderChoice = Type.Optional(
  Type.Enum([...PROVIDERS], {
    description: 'The preferred one where it is left out',
    examples: ['TOSS'],
  }),
)

export const InitiateRequest = Type.Union([
  Type.Object(
    { orderId: OrderId, totalPrice: Amount, provider: ProviderChoice },
    { ...strict, examples: [{ orderId: 1, totalPrice: 24_000 }] },
  ),
  Type.Object(
    { ordId: OrderId, orderId: ProviderOrderId, amount: Amount, provider: ProviderChoice },
    { ...strict, description: 'With an order id for the provider made by the browser' },
  ),
])
export type InitiateRequest = Static<typeof InitiateRequest>

const PaymentId = Type.Integer({ description: 'Id of the payment', examples: [1] })

export const InitiateAnswer = Type.Union([
  Type.Object(
    {
      paymentId: PaymentId,
      isSuccess: Type.Boolean(),
      status: Type.Enum([...PAYMENT_STATUSES], { examples: ['INITIATED'] }),
      payBy: Type.String({
        description: 'Until when the units are held',
        examples: ['2026-01-02T12:05:00.000+09:00'],
      }),
      checkout: Type.Optional(
        Type.Object(
          {
            provider: Type.Enum([...PROVIDERS], { examples: ['TOSS'] }),
            clientKey: Type.String({ examples: ['test_ck_example'] }),
            orderId: ProviderOrderId,
            orderName: Type.String({ examples: ['한정판 머그컵 외 1건'] }),
            amount: Amount,
            currency: Type.Literal('KRW'),
            windowUrl: Type.Optional(
              Type.String({
                description: 'The window itself where it is that of the simulator',
                examples: ['http://127.0.0.1:7071/toss/window'],
              }),
            ),
            scriptUrl: Type.Optional(
              Type.String({
                description: 'The script of the provider that opens its window, where it is a real one',
                examples: ['https://js.tosspayments.com/v2/standard'],
              }),
            ),
          },
          {
            description:
              'What a browser opens the window of the provider with. Left out where nothing is to be paid.',
          },
        ),
      ),
    },
    { description: 'To a body with totalPrice' },
  ),
  Type.Integer({ description: 'Id of the payment: to a body with ordId', examples: [1] }),
])
export type InitiateAnswer = Static<typeof InitiateAnswer>

export const CompleteAnswer = Type.Object({
  paymentId: PaymentId,
  isSuccess: Type.Boolean(),
  status: Type.Enum([...PAYMENT_STATUSES], { examples: ['COMPLETED'] }),
})

export const TossConfirmRequest = Type.Object(
  { paymentKey: ProviderKey, orderId: ProviderOrderId, amount: Amount },
  strict,
)

/** What our own pages give the window of NICEPAY to bring back. */
export const STOREFRONT = 'storefront'

const FormText = (maxLength: number, example: string) =>
  Type.Optional(Type.String({ maxLength, examples: [example] }))
/** As the provider's window posts it; fields that we do not know are let be. */
export const NiceConfirmForm = Type.Object({
  authResultCode: Type.String({ maxLength: 10, examples: ['0000'] }),
  authResultMsg: FormText(500, '인증 성공'),
  // Empty where nothing was authenticated.
  tid: Type.Optional(
    Type.String({
      maxLength: 30,
      pattern: '^[\\x21-\\x7e]*$',
      examples: ['UT0000113m01012111051714341073'],
    }),
  ),
  clientId: FormText(100, 'S2_example'),
  orderId: ProviderOrderId,
  amount: Type.String({ pattern: '^\\d{1,12}$', examples: ['24000'] }),
  mallReserved: Type.Optional(
    Type.String({
      maxLength: 500,
      description: `\`${STOREFRONT}\`: the window was opened by the storefront, which is led back to`,
      examples: [STOREFRONT],
    }),
  ),
  authToken: FormText(200, 'NICEUNTT6C0B0BE2'),
  signature: FormText(64, 'f3ad21a0b0b6d1f6d1b9c5d4'),
})

const Krw = Type.Integer({ description: 'Korean won', examples: [24_000] })
const Instant = (example: string) =>
  Type.Union([Type.String({ description: 'ISO 8601 in Korean time', examples: [example] }), Type.Null()])

const RefundAnswer = Type.Object({
  refundId: Type.Integer({ examples: [1] }),
  amount: Krw,
  status: Type.String({ description: 'REQUESTED, STUCK or DONE', examples: ['DONE'] }),
  reason: Type.String({ examples: ['취소'] }),
  createdAt: Instant('2026-01-02T12:34:56.789+09:00'),
  doneAt: Instant('2026-01-02T12:34:57.123+09:00'),
})

export const PaymentAnswer = Type.Object(
  {
    paymentId: PaymentId,
    orderId: OrderId,
    provider: Type.String({ description: 'TOSS, NICE, or FREE', examples: ['TOSS'] }),
    pgOrderId: ProviderOrderId,
    totalPrice: Krw,
    refundedPrice: Type.Integer({ description: 'Korean won that are back', examples: [0] }),
    status: Type.Enum([...PAYMENT_STATUSES], {
      description: 'CONFIRMING and UNKNOWN: being checked; it is not known yet whether it was charged',
      examples: ['COMPLETED'],
    }),
    code: Type.Union([Type.String({ examples: ['REJECT_CARD_COMPANY'] }), Type.Null()], {
      description: 'Why it failed, or is not known yet: the code of the provider or ours',
    }),
    message: Type.String({ examples: ['결제가 완료되었습니다.'] }),
    method: Type.Union([Type.String({ examples: ['카드'] }), Type.Null()]),
    receiptUrl: Type.Union([Type.String({ examples: ['https://receipt.example/1'] }), Type.Null()]),
    requestedAt: Instant('2026-01-02T12:34:50.000+09:00'),
    approvedAt: Instant('2026-01-02T12:34:56.789+09:00'),
    refunds: Type.Array(RefundAnswer),
  },
  { description: 'The payment as it is now' },
)
export type PaymentAnswer = Static<typeof PaymentAnswer>

export const OfOrderQuery = Type.Object({ orderId: OrderId })

export const ProvidersAnswer = Type.Object(
  {
    preferred: Type.Union([Type.Enum([...PROVIDERS], { examples: ['TOSS'] }), Type.Null()], {
      description: 'Where new payments go; null where there is none',
    }),
    providers: Type.Array(
      Type.Object({
        provider: Type.Enum([...PROVIDERS], { examples: ['TOSS'] }),
        isUsable: Type.Boolean({ description: 'false: it does not answer at the moment' }),
      }),
    ),
  },
  { description: 'The providers that are configured' },
)

export const RefundRequestBody = Type.Object(
  {
    amount: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: Number.MAX_SAFE_INTEGER,
        description: 'Korean won; all that is left where it is left out',
        examples: [12_000],
      }),
    ),
    reason: Type.String({
      minLength: 1,
      maxLength: 100,
      pattern: '^[^\\u0000-\\u001f\\ud800-\\udfff]{1,100}$',
      examples: ['배송 지연 보상'],
    }),
  },
  strict,
)

export const OpenPayments = Type.Object(
  {
    payments: Type.Array(
      Type.Object({
        paymentId: PaymentId,
        orderId: OrderId,
        provider: Type.String({ examples: ['TOSS'] }),
        status: Type.String({ examples: ['UNKNOWN'] }),
        code: Type.Union([Type.String({ examples: ['TIMEOUT'] }), Type.Null()]),
        checks: Type.Integer({ description: 'How often the provider was asked', examples: [3] }),
        confirmedAt: Instant('2026-01-02T12:34:56.789+09:00'),
      }),
      { description: 'Attempts that are being checked, oldest first' },
    ),
    refunds: Type.Array(
      Type.Object({
        refundId: Type.Integer({ examples: [1] }),
        paymentId: PaymentId,
        orderId: OrderId,
        amount: Krw,
        status: Type.String({ examples: ['STUCK'] }),
        code: Type.Union([Type.String({ examples: ['REFUND_REJECTED'] }), Type.Null()]),
        tries: Type.Integer({ examples: [6] }),
        createdAt: Instant('2026-01-02T12:34:56.789+09:00'),
      }),
      { description: 'Refunds that are not done, oldest first' },
    ),
  },
  { description: 'At most a hundred of each' },
)
