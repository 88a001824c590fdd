// The people and items of a demo, as data. The passwords are public: they exist in demos only.
import type { ItemApi } from './modules/item/contract.ts'
import type { NewAccount, UserApi } from './modules/user/contract.ts'

export const DEMO_ACCOUNTS: readonly NewAccount[] = [
  account('admin', '운영자', 'ADMIN', '010-7070-0001'),
  account('seller', '판매자', 'SELLER', '010-7070-0002'),
  account('buyer1', '김하나', 'CERTIFIED_USER', '010-7070-0011'),
  account('buyer2', '이두리', 'CERTIFIED_USER', '010-7070-0012'),
  account('buyer3', '박세찬', 'CERTIFIED_USER', '010-7070-0013'),
]

function account(name: string, korean: string, role: NewAccount['role'], phoneNumber: string): NewAccount {
  return {
    email: `${name}@demo.example`,
    password: `hurry-${name}-2026`,
    name: korean,
    address: '서울특별시 중구 세종대로 110',
    phoneNumber,
    role,
  }
}

const ORDINARY_ITEMS = [
  { name: '한정판 러닝화', description: '발이 편한 러닝화', price: 129_000, quantity: 500 },
  { name: '캠핑 의자', description: '접으면 가방에 들어가는 의자', price: 39_000, quantity: 1_000 },
  { name: '핸드드립 세트', description: '드리퍼, 서버, 필터 100장', price: 54_000, quantity: 300 },
] as const

const LIMITED_SALE = {
  name: '선착순 콘서트 티켓',
  description: '1인 1매, 선착순 100매',
  price: 99_000,
  quantity: 100,
  limitPerBuyer: 1,
  opensAfterSeconds: 60,
  lastsSeconds: 24 * 60 * 60,
} as const

export interface DemoSale {
  itemId: number
  quantity: number
  openTime: Date
  opensAfterSeconds: number
}

/** People and ordinary items once; a limited sale at every call, since those of before have opened long ago. */
export async function seedDemo(apis: { user: UserApi; item: ItemApi }, now: Date): Promise<DemoSale> {
  const made = new Map<string, { userId: number; created: boolean }>()
  for (const person of DEMO_ACCOUNTS) made.set(person.role, await apis.user.ensureAccount(person))
  const seller = made.get('SELLER')
  if (seller === undefined) throw new Error('the demo has no seller')
  if (seller.created) {
    for (const item of ORDINARY_ITEMS)
      await apis.item.publishItem(seller.userId, { ...item, isReserved: false })
  }
  const { opensAfterSeconds, lastsSeconds, ...item } = LIMITED_SALE
  const openTime = new Date(now.getTime() + opensAfterSeconds * 1000)
  const closeTime = new Date(openTime.getTime() + lastsSeconds * 1000)
  const { itemId } = await apis.item.publishItem(seller.userId, {
    ...item,
    isReserved: true,
    openTime,
    closeTime,
  })
  return { itemId, quantity: item.quantity, openTime, opensAfterSeconds }
}
