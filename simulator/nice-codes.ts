// The result codes of NICEPAY that the simulator gives, and what they say.

const CODES: Readonly<Record<string, string>> = {
  '0000': '정상 처리되었습니다.',
  '3011': '카드번호 오류',
  '3041': '금액 오류(1000원 미만 신용카드 승인 불가)',
  '3095': '카드사 실패 응답',
  '2003': '취소 실패',
  '2010': '취소 요청금액 0원 이하',
  '2011': '취소 금액 불일치',
  '2012': '취소 해당거래 없음',
  '2013': '취소 완료 거래',
  '2014': '취소 불가능 거래',
  '2015': '기 취소 요청',
  '2016': '취소 기한 초과',
  '2020': '망상 취소 허용시간 초과',
  '2032': '취소금액이 취소가능금액보다 큼',
  A101: 'SIGN DATA 검증에 실패하였습니다',
  A115: 'TID가 유효하지 않습니다',
  A116: '요청 금액이 올바르지 않습니다',
  A117: '필수입력항목이 누락되었습니다',
  A118: '조회 결과데이터 없음',
  A123: '거래금액 불일치(인증된 금액과 승인요청 금액 불일치)',
  A127: '주문번호 중복 오류',
  A147: '필드 길이가 초과되었습니다',
  A211: '해쉬값 검증에 실패하였습니다',
  A224: '허용되지 않은 IP입니다',
  A225: 'TID 중복 오류',
  A245: '인증 시간이 초과 되었습니다',
  A246: '망취소된 주문번호의 승인 요청입니다',
  I002: '사용자가 결제를 취소하였습니다',
  U104: '사용자 인증에 실패하였습니다',
  '9999': '시스템 오류가 발생하였습니다',
}

export const codeMessage = (code: string): string => CODES[code] ?? '알 수 없는 오류'

export const niceRefusal = (code: string): { status: number; body: object } => ({
  status: code === 'U104' ? 401 : code === 'A224' ? 403 : 200,
  body: { resultCode: code, resultMsg: codeMessage(code) },
})
