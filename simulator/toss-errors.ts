// The refusals of Toss: status, and what they say in Korean and in English.
import type { Answer } from './answer.ts'

type Row = readonly [status: number, ko: string, en: string]

export const TOSS_ERRORS = {
  ALREADY_PROCESSED_PAYMENT: [
    400,
    '이미 처리된 결제 입니다.',
    'This is a payment that has already been processed.',
  ],
  INVALID_REQUEST: [400, '잘못된 요청입니다.', 'The bad request.'],
  INVALID_API_KEY: [400, '잘못된 시크릿키 연동 정보 입니다.', 'Incorrect secret key.'],
  INVALID_CLIENT_KEY: [400, '잘못된 클라이언트 연동 정보 입니다.', 'Incorrect client key.'],
  INVALID_IDEMPOTENCY_KEY: [
    400,
    '멱등키는 300자 이하여야 합니다.',
    'The idempotency key must have at most 300 characters.',
  ],
  IDEMPOTENT_REQUEST_PROCESSING: [
    409,
    '이전 멱등 요청이 처리 중입니다. 잠시 후 다시 시도해주세요.',
    'The earlier request with this idempotency key is still being processed.',
  ],
  DUPLICATED_ORDER_ID: [
    400,
    '이미 승인 및 취소가 진행된 중복된 주문번호 입니다. 다른 주문번호로 진행해주세요.',
    'This order id was already approved or cancelled. Please use another one.',
  ],
  INVALID_CARD_NUMBER: [400, '카드번호를 다시 확인해주세요.', 'Please check the card number again.'],
  INVALID_CARD_EXPIRATION: [
    400,
    '카드 유효기간을 다시 확인해주세요.',
    'Please check the expiry date of the card.',
  ],
  INVALID_STOPPED_CARD: [400, '정지된 카드 입니다.', 'This card has been suspended.'],
  INVALID_REJECT_CARD: [
    400,
    '카드 사용이 거절되었습니다. 카드사 문의가 필요합니다.',
    'Refer to card issuer/decline.',
  ],
  INVALID_CARD_LOST_OR_STOLEN: [400, '분실 혹은 도난 카드입니다.', 'This card was reported lost or stolen.'],
  EXCEED_MAX_AMOUNT: [400, '거래금액 한도를 초과했습니다.', 'The amount is over the limit.'],
  EXCEED_MAX_DAILY_PAYMENT_COUNT: [400, '하루 결제 가능 횟수를 초과했습니다.', 'Too many payments today.'],
  BELOW_MINIMUM_AMOUNT: [
    400,
    '신용카드는 결제금액이 100원 이상, 계좌는 200원이상부터 결제가 가능합니다.',
    'Payment can be made from 100 won or more by credit card, and 200 won or more for account.',
  ],
  UNAPPROVED_ORDER_ID: [400, '아직 승인되지 않은 주문번호입니다.', 'This order id is not approved yet.'],
  NOT_AVAILABLE_PAYMENT: [400, '결제가 불가능한 시간대입니다.', 'No payment can be made at this time.'],
  CARD_PROCESSING_ERROR: [400, '카드사에서 오류가 발생했습니다.', 'The card company reports an error.'],
  PROVIDER_ERROR: [
    400,
    '일시적인 오류가 발생했습니다. 잠시 후 다시 시도해주세요.',
    'This is temporary error. Please try again in a few minutes.',
  ],
  ALREADY_CANCELED_PAYMENT: [400, '이미 취소된 결제 입니다.', 'This payment has already been canceled.'],
  INVALID_REFUND_ACCOUNT_INFO: [
    400,
    '환불 계좌번호와 예금주명이 일치하지 않습니다.',
    'The refund account and its holder do not match.',
  ],
  INVALID_REFUND_ACCOUNT_NUMBER: [400, '잘못된 환불 계좌번호입니다.', 'Incorrect refund account number.'],
  INVALID_BANK: [400, '유효하지 않은 은행입니다.', 'Invalid bank.'],
  NOT_MATCHES_REFUNDABLE_AMOUNT: [400, '잔액 결과가 일치하지 않습니다.', 'Balance results do not match.'],
  EXCEED_CANCEL_AMOUNT_DISCOUNT_AMOUNT: [
    400,
    '즉시할인금액보다 적은 금액은 부분취소가 불가능합니다.',
    'Less than the discount can not be cancelled.',
  ],
  REFUND_REJECTED: [400, '환불이 거절됐습니다. 결제사에 문의 부탁드립니다.', 'The refund was rejected.'],
  ALREADY_REFUND_PAYMENT: [400, '이미 환불된 결제입니다.', 'This payment has already been refunded.'],
  FORBIDDEN_BANK_REFUND_REQUEST: [
    400,
    '고객 계좌가 입금이 되지 않는 상태입니다.',
    'The account takes no deposits.',
  ],
  UNAUTHORIZED_KEY: [
    401,
    '인증되지 않은 시크릿 키 혹은 클라이언트 키 입니다.',
    'Unauthorized secret key or client key.',
  ],
  REJECT_CARD_PAYMENT: [
    403,
    '한도초과 혹은 잔액부족으로 결제에 실패했습니다.',
    'Over the limit, or not enough balance.',
  ],
  REJECT_CARD_COMPANY: [403, '결제 승인이 거절되었습니다.', 'Payment confirm is rejected.'],
  REJECT_ACCOUNT_PAYMENT: [403, '잔액부족으로 결제에 실패했습니다.', 'Not enough balance.'],
  FORBIDDEN_REQUEST: [403, '허용되지 않은 요청입니다.', 'Not allowed request.'],
  INCORRECT_BASIC_AUTH_FORMAT: [
    403,
    "잘못된 요청입니다. ':' 를 포함해 인코딩해주세요.",
    "Bad request. Please encode it with ':'.",
  ],
  FDS_ERROR: [
    403,
    '위험거래가 감지되어 결제가 제한됩니다.',
    'The payment is restricted: a risk was detected.',
  ],
  EXCEED_MAX_ONE_DAY_AMOUNT: [403, '일일 한도를 초과했습니다.', 'Over the limit of a day.'],
  NOT_AVAILABLE_BANK: [403, '은행 서비스 시간이 아닙니다.', 'The bank is not in service at this time.'],
  INVALID_PASSWORD: [403, '결제 비밀번호가 일치하지 않습니다.', 'The payment password does not match.'],
  FORBIDDEN_CONSECUTIVE_REQUEST: [
    403,
    '반복적인 요청은 허용되지 않습니다. 잠시 후 다시 시도해주세요.',
    'Repetitive requests are not allowed. Please try again in a few minutes.',
  ],
  NOT_CANCELABLE_AMOUNT: [403, '취소 할 수 없는 금액 입니다.', 'This amount can not be canceled.'],
  NOT_CANCELABLE_PAYMENT: [403, '취소 할 수 없는 결제 입니다.', 'This payment can not be canceled.'],
  EXCEED_MAX_REFUND_DUE: [403, '환불 가능한 기간이 지났습니다.', 'The time for a refund is over.'],
  NOT_ALLOWED_PARTIAL_REFUND: [403, '부분 환불이 불가합니다.', 'A partial refund is not possible.'],
  NOT_ALLOWED_PARTIAL_REFUND_WAITING_DEPOSIT: [
    403,
    '입금 대기중인 결제는 부분 환불이 불가합니다.',
    'No partial refund while the deposit is awaited.',
  ],
  EXCEED_CANCEL_LIMIT: [403, '취소 한도를 초과했습니다.', 'Over the limit of cancels.'],
  NOT_FOUND: [404, '존재하지 않는 정보 입니다.', 'Not found.'],
  NOT_FOUND_PAYMENT: [404, '존재하지 않는 결제 정보 입니다.', 'Not found payment.'],
  NOT_FOUND_PAYMENT_SESSION: [
    404,
    '결제 시간이 만료되어 결제 진행 데이터가 존재하지 않습니다.',
    'The payment session does not exist because the time has expired.',
  ],
  FAILED_INTERNAL_SYSTEM_PROCESSING: [
    500,
    '내부 시스템 처리 작업이 실패했습니다. 잠시 후 다시 시도해주세요.',
    'Internal system processing failed. Please try again in a few minutes.',
  ],
  FAILED_PAYMENT_INTERNAL_SYSTEM_PROCESSING: [
    500,
    '결제가 완료되지 않았어요. 다시 시도해주세요.',
    'The payment was not completed. Please try again.',
  ],
  UNKNOWN_PAYMENT_ERROR: [500, '결제에 실패했어요. 은행이나 카드사로 문의해주세요.', 'The payment failed.'],
  FAILED_REFUND_PROCESS: [
    500,
    '은행 응답시간 지연으로 환불에 실패했습니다.',
    'The bank did not answer in time.',
  ],
  FAILED_PARTIAL_REFUND: [
    500,
    '은행 사정으로 부분 환불이 실패했습니다.',
    'The partial refund failed at the bank.',
  ],
  FAILED_METHOD_HANDLING_CANCEL: [
    500,
    '취소 중 결제 시 사용한 결제 수단 처리과정에서 오류가 발생했습니다.',
    'The cancel failed.',
  ],
  COMMON_ERROR: [500, '일시적인 오류가 발생했습니다. 잠시 후 다시 시도해주세요.', 'Temporary error.'],
  PAY_PROCESS_CANCELED: [
    400,
    '사용자에 의해 결제가 취소되었습니다.',
    'Payment has been canceled by the customer.',
  ],
  PAY_PROCESS_ABORTED: [
    400,
    '결제 진행 중 승인에 실패하여 결제가 중단되었습니다.',
    'Payment has been canceled or has not been processed.',
  ],
} as const satisfies Record<string, Row>

export type TossErrorCode = keyof typeof TOSS_ERRORS
export type Language = 'ko' | 'en'

export const isTossErrorCode = (code: string): code is TossErrorCode => Object.hasOwn(TOSS_ERRORS, code)

export const languageOf = (header: string | undefined): Language =>
  header !== undefined && /^en\b/i.test(header) ? 'en' : 'ko'

export function tossError(code: TossErrorCode, language: Language): Answer {
  const [status, ko, en] = TOSS_ERRORS[code]
  return { status, body: { code, message: language === 'ko' ? ko : en } }
}
