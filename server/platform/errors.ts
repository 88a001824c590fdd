// Every error the service may answer: one table of code -> status and message, in the two languages of the shop.

export type Language = 'ko' | 'en'

interface ErrorEntry {
  status: number
  ko: string
  en: string
}

/** Codes, statuses and Korean messages are the original contract's; two copy-pasted messages of it are put right. */
export const ERRORS = {
  INVALID_TYPE_VALUE: { status: 400, ko: '유효성이 일치하지 않음.', en: 'A value has the wrong type.' },
  BAD_CREDENTIALS: {
    status: 400,
    ko: '이메일 또는 비밀번호가 올바르지 않습니다.',
    en: 'E-mail or password is wrong.',
  },
  INVALID_INPUT_VALUE: { status: 400, ko: '입력값을 확인해주세요.', en: 'Check the input.' },
  MALFORMED_JSON: {
    status: 400,
    ko: '요청 본문이 올바른 JSON이 아닙니다.',
    en: 'The body is not valid JSON.',
  },
  NOT_REACHED_OPEN_TIME: {
    status: 400,
    ko: '아직 판매 시작 시간이 아닙니다.',
    en: 'The sale has not opened yet.',
  },
  INVALID_EMAIL_VERIFICATION: {
    status: 400,
    ko: '인증 번호가 일치하지 않습니다.',
    en: 'The verification code does not match.',
  },
  CANCEL_PAYMENT: { status: 400, ko: '결제가 취소되었습니다.', en: 'The payment was refused or given up.' },
  PAYMENT_AMOUNT_MISMATCH: {
    status: 400,
    ko: '결제 금액이 주문 금액과 다릅니다. 결제된 금액은 없습니다.',
    en: 'The amount is not that of the order. Nothing was charged.',
  },
  FORGED_REQUEST: { status: 400, ko: '서명이 올바르지 않습니다.', en: 'The signature is wrong.' },
  MALFORMED_REQUEST: { status: 400, ko: '읽을 수 없는 요청입니다.', en: 'The request can not be read.' },
  IDEMPOTENCY_KEY_MALFORMED: {
    status: 400,
    ko: '멱등 키는 1~255자의 ASCII 문자여야 합니다.',
    en: 'An idempotency key has 1 to 255 visible ASCII characters.',
  },
  INVALID_RESET_LINK: {
    status: 400,
    ko: '유효하지 않거나 만료된 링크입니다.',
    en: 'The link is not valid, or not any more.',
  },
  INVALID_CURSOR: { status: 400, ko: '유효하지 않은 커서입니다.', en: 'The cursor is not valid.' },
  UNAUTHENTICATED: { status: 401, ko: '인증 정보가 존재하지 않습니다.', en: 'Sign in first.' },
  UNCERTIFIED_EMAIL: { status: 401, ko: '이메일 인증을 진행해 주세요.', en: 'Verify your e-mail first.' },
  INVALID_PASSWORD: { status: 401, ko: '비밀번호가 일치하지 않습니다.', en: 'The password does not match.' },
  EXPIRED_JWT: {
    status: 401,
    ko: '만료된 토큰입니다. 다시 로그인 해주시기 바랍니다.',
    en: 'The token has expired. Log in again.',
  },
  UNSUPPORTED_JWT: {
    status: 401,
    ko: '지원되지 않는 토큰입니다. 다시 로그인 해주시기 바랍니다.',
    en: 'The token is not supported. Log in again.',
  },
  INVALID_JWT: {
    status: 401,
    ko: '유효하지 않은 토큰입니다. 다시 로그인 해주시기 바랍니다.',
    en: 'The token is not valid. Log in again.',
  },
  ILLEGAL_ARGUMENT_JWT: {
    status: 401,
    ko: '잘못된 토큰입니다. 다시 로그인 해주시기 바랍니다.',
    en: 'The token is malformed. Log in again.',
  },
  UNAUTHORIZED_ACCESS: { status: 403, ko: '잘못된 접근입니다.', en: 'You may not do this.' },
  CROSS_SITE_REQUEST: {
    status: 403,
    ko: '다른 사이트에서 온 요청입니다.',
    en: 'The request came from another site.',
  },
  NOT_FOUND: { status: 404, ko: '존재하지 않는 경로입니다.', en: 'There is nothing at this address.' },
  NOT_FOUND_USER: { status: 404, ko: '존재하지 않는 회원입니다.', en: 'No such member.' },
  NOT_FOUND_ITEM: { status: 404, ko: '존재하지 않는 물품입니다.', en: 'No such item.' },
  NOT_FOUND_ORDER: { status: 404, ko: '존재하지 않는 주문입니다.', en: 'No such order.' },
  NOT_FOUND_ORDER_ITEM: {
    status: 404,
    ko: '주문하신 상품이 없습니다.',
    en: 'The item is not part of the order.',
  },
  NOT_FOUND_SHIPMENT: { status: 404, ko: '배송 정보가 존재하지 않습니다.', en: 'No such shipment.' },
  NOT_FOUND_PAYMENT: { status: 404, ko: '결제 정보가 존재하지 않습니다.', en: 'No such payment.' },
  NOT_FOUND_STOCK: { status: 404, ko: '재고가 존재하지 않습니다.', en: 'No stock record.' },
  NOT_FOUND_WISHLIST_ITEM: {
    status: 404,
    ko: '위시 리스트에 존재하지 않는 물품입니다.',
    en: 'The item is not in the wishlist.',
  },
  NOT_FOUND_CART_ITEM: {
    status: 404,
    ko: '장바구니에 존재하지 않는 물품입니다.',
    en: 'The item is not in the cart.',
  },
  METHOD_NOT_ALLOWED: {
    status: 405,
    ko: '허용되지 않은 메서드입니다.',
    en: 'The method is not allowed here.',
  },
  ALREADY_REGISTERED_EMAIL: { status: 409, ko: '이미 등록된 이메일 입니다.', en: 'The e-mail is taken.' },
  ALREADY_REGISTERED_PHONE_NUMBER: {
    status: 409,
    ko: '이미 등록된 전화번호 입니다.',
    en: 'The phone number is taken.',
  },
  ALREADY_EXISTS_ITEM: {
    status: 409,
    ko: '이미 등록된 아이템 입니다.',
    en: 'The item is in the list already.',
  },
  LIST_FULL: { status: 409, ko: '더 이상 담을 수 없습니다.', en: 'The list is full.' },
  NOTHING_TO_ORDER: {
    status: 409,
    ko: '주문할 수 있는 상품이 없습니다.',
    en: 'There is nothing here that can be ordered.',
  },
  CART_CHANGED: {
    status: 409,
    ko: '그 사이에 장바구니가 변경되었습니다.',
    en: 'The cart was changed in the meantime.',
  },
  USER_HAS_ORDERS: {
    status: 409,
    ko: '진행 중인 주문이 있어 탈퇴할 수 없습니다.',
    en: 'There are orders in progress: the account can not be deleted yet.',
  },
  NOT_ENOUGH_STOCK: { status: 409, ko: '재고가 충분하지 않습니다.', en: 'Not enough stock.' },
  SALE_CLOSED: { status: 409, ko: '판매가 종료되었습니다.', en: 'The sale is closed.' },
  SALE_PAUSED: { status: 409, ko: '판매가 일시 중지되었습니다.', en: 'The sale is paused.' },
  PURCHASE_LIMIT_REACHED: {
    status: 409,
    ko: '1인당 구매 한도를 초과했습니다.',
    en: 'The limit for each buyer is reached.',
  },
  PRICE_CHANGED: { status: 409, ko: '상품 가격이 변경되었습니다.', en: 'The price has changed.' },
  NOT_LIMITED_ITEM: { status: 409, ko: '한정 판매 상품이 아닙니다.', en: 'This is not a limited item.' },
  LIMITED_ITEM: {
    status: 409,
    ko: '한정 판매 상품은 한정 판매 주문으로만 구매할 수 있습니다.',
    en: 'A limited item is sold by its limited sale only.',
  },
  SALE_CONFLICT: {
    status: 409,
    ko: '현재 판매 상태에서는 할 수 없습니다.',
    en: 'The sale is not in a state for this.',
  },
  ITEM_IN_USE: {
    status: 409,
    ko: '진행 중인 주문이나 판매가 있는 상품입니다.',
    en: 'The item has live orders or an open sale.',
  },
  LAST_ADMIN: {
    status: 409,
    ko: '마지막 관리자의 권한은 변경할 수 없습니다.',
    en: 'The last administrator keeps the role.',
  },
  ORDER_NOT_CANCELABLE: {
    status: 409,
    ko: '취소할 수 없는 주문입니다.',
    en: 'The order can not be cancelled any more.',
  },
  ALREADY_SHIPPING: {
    status: 409,
    ko: '이미 배송중인 물품은 취소할 수 없습니다.',
    en: 'Goods that are being shipped can not be cancelled.',
  },
  NO_RETURN: {
    status: 409,
    ko: '반품할 수 없는 상품입니다.',
    en: 'This can not be returned, or not any more.',
  },
  SHIPMENT_NOT_MOVABLE: {
    status: 409,
    ko: '현재 배송 상태에서는 할 수 없습니다.',
    en: 'The shipment is not in a state for this.',
  },
  PAYMENT_IN_PROGRESS: {
    status: 409,
    ko: '결제 결과를 확인하고 있습니다. 잠시 후 다시 시도해주세요.',
    en: 'A payment of this order is being checked. Try again in a moment.',
  },
  ORDER_NOT_PAYABLE: {
    status: 409,
    ko: '결제할 수 없는 주문입니다. 결제된 금액은 없습니다.',
    en: 'The order can not be paid, or not any more. Nothing was charged.',
  },
  PAYMENT_NOT_COMPLETABLE: {
    status: 409,
    ko: '결제창을 통해서만 결제할 수 있습니다.',
    en: 'Only payments at the simulator can be completed without a browser.',
  },
  REFUND_EXCEEDS_BALANCE: {
    status: 409,
    ko: '환불할 수 있는 금액을 초과했습니다.',
    en: 'More than is left of the payment.',
  },
  ORDER_NOT_CHANGEABLE: {
    status: 409,
    ko: '결제 전인 주문만 수정할 수 있습니다.',
    en: 'Only an unpaid order can be changed.',
  },
  ORDER_IN_PROGRESS: {
    status: 409,
    ko: '진행 중인 주문은 삭제할 수 없습니다.',
    en: 'An order in progress can not be deleted.',
  },
  IDEMPOTENCY_IN_FLIGHT: {
    status: 409,
    ko: '같은 멱등 키의 요청이 처리 중입니다.',
    en: 'A request with this idempotency key is being worked on.',
  },
  IDEMPOTENCY_ANSWER_LOST: {
    status: 409,
    ko: '이 요청은 이미 처리되었지만 응답을 다시 보여줄 수 없습니다.',
    en: 'The request was carried out, but its answer was lost.',
  },
  REQUEST_TIMEOUT: {
    status: 408,
    ko: '요청이 제시간에 도착하지 않았습니다.',
    en: 'The request did not arrive in time.',
  },
  PRECONDITION_FAILED: {
    status: 412,
    ko: '그 사이에 내용이 변경되었습니다.',
    en: 'It was changed in the meantime.',
  },
  BODY_TOO_LARGE: { status: 413, ko: '요청 본문이 너무 큽니다.', en: 'The body is too large.' },
  UNSUPPORTED_MEDIA_TYPE: { status: 415, ko: '지원되지 않는 형식입니다.', en: 'Send application/json.' },
  IDEMPOTENCY_KEY_REUSED: {
    status: 422,
    ko: '같은 멱등 키가 다른 요청에 사용되었습니다.',
    en: 'The idempotency key was used with another request.',
  },
  TOO_MANY_REQUESTS: {
    status: 429,
    ko: '요청이 너무 많습니다. 잠시 후 다시 시도해주세요.',
    en: 'Too many requests. Try again later.',
  },
  HEADERS_TOO_LARGE: { status: 431, ko: '요청 헤더가 너무 큽니다.', en: 'The headers are too large.' },
  INTERNAL_SERVER_ERROR: {
    status: 500,
    ko: '서버 오류가 발생했습니다.',
    en: 'Something went wrong on our side.',
  },
  SERVICE_UNAVAILABLE: {
    status: 503,
    ko: '서비스 이용이 일시적으로 불가능합니다.',
    en: 'Temporarily unavailable. Try again.',
  },
} as const satisfies Record<string, ErrorEntry>

export type ErrorCode = keyof typeof ERRORS

export type InLanguages = Readonly<Record<Language, string>>

export interface FieldError {
  field: string
  /** The refused value as text; empty where it could be personal. */
  value: string
  /** Where it is in several languages, the caller's is answered. */
  reason: string | InLanguages
}

/** The one error that flows throw; the HTTP layer renders it. */
export class AppError extends Error {
  readonly code: ErrorCode
  readonly fields: FieldError[]
  readonly retryAfterSeconds: number | undefined
  constructor(
    code: ErrorCode,
    options: { cause?: unknown; fields?: FieldError[]; retryAfterSeconds?: number } = {},
  ) {
    super(code, options.cause === undefined ? {} : { cause: options.cause })
    this.code = code
    this.fields = options.fields ?? []
    this.retryAfterSeconds = options.retryAfterSeconds
  }
}

/** `ko` unless the caller prefers English: the first of the two that `Accept-Language` names. */
export function languageOf(acceptLanguage: string | undefined): Language {
  if (acceptLanguage === undefined) return 'ko'
  const named = /\b(ko|en)\b/i.exec(acceptLanguage)
  return named?.[1]?.toLowerCase() === 'en' ? 'en' : 'ko'
}

/** The content type of every error. */
export const PROBLEM = 'application/problem+json; charset=utf-8'

const heads = new Map<string, string>()

/** Everything of a problem that does not change from request to request, as JSON text without its closing brace. Cached: "sold out" is a sale's commonest answer. */
function problemHead(code: ErrorCode, language: Language): string {
  const key = `${code} ${language}`
  let head = heads.get(key)
  if (head === undefined) {
    const { status, [language]: message } = ERRORS[code]
    const body = { type: 'about:blank', title: code, status, detail: message, code, message }
    head = JSON.stringify(body).slice(0, -1)
    heads.set(key, head)
  }
  return head
}

/** The body of an error: RFC 9457 `application/problem+json` that is also the original contract's `{ status, message, errors }`. */
export function renderProblem(
  code: ErrorCode,
  language: Language,
  request: { path: string; id: string },
  fields: readonly FieldError[] = [],
): string {
  const errors =
    fields.length === 0 ? '[]' : JSON.stringify(fields.map((entry) => inLanguage(entry, language)))
  return `${problemHead(code, language)},"instance":${JSON.stringify(request.path)},"errors":${errors},"requestId":"${request.id}"}`
}

function inLanguage({ field, value, reason }: FieldError, language: Language): FieldError {
  return { field, value, reason: typeof reason === 'string' ? reason : reason[language] }
}
