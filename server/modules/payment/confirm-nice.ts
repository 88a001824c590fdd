// NICEPAY's window posts a form: it is believed for its signature, and then confirmed like any other payment.
import { writeAudit } from '../../platform/audit.ts'
import { AppError } from '../../platform/errors.ts'
import { confirmPayment, type ConfirmDeps } from './confirm-payment.ts'
import { findByProviderOrder, type PaymentRow } from './sql.ts'

export interface NiceForm {
  authResultCode: string
  orderId: string
  amount: string
  tid?: string
  clientId?: string
  authToken?: string
  signature?: string
  mallReserved?: string
}

export interface ConfirmNiceDeps extends ConfirmDeps {
  /** Undefined where NICEPAY is not configured. */
  isSignedByNice: ((form: NiceForm) => boolean) | undefined
}

export const AUTHENTICATED = '0000'

/** The attempt as it is then: also where it was refused in the window, or lost its hold. The page tells. */
export async function confirmNice(deps: ConfirmNiceDeps, form: NiceForm): Promise<PaymentRow> {
  const payment = await findByProviderOrder(deps.database.db, form.orderId)
  if (payment === undefined || payment.provider !== 'NICE') throw new AppError('NOT_FOUND_PAYMENT')
  // Refused or closed in the window: nothing was authenticated, nothing is signed, nothing is charged. The hold stays.
  if (form.authResultCode !== AUTHENTICATED) return payment
  const { tid = '' } = form
  if (tid === '' || deps.isSignedByNice?.(form) !== true) return refuseForged(deps, payment)
  try {
    return await confirmPayment(deps, {
      provider: 'NICE',
      providerKey: tid,
      providerOrderId: form.orderId,
      amountKrw: Number(form.amount),
      buyerId: undefined,
    })
  } catch (error) {
    const isTold = error instanceof AppError && TOLD_BY_THE_PAGE.has(error.code)
    if (!isTold) throw error
    return payment
  }
}

const TOLD_BY_THE_PAGE: ReadonlySet<string> = new Set(['ORDER_NOT_PAYABLE', 'PAYMENT_IN_PROGRESS'])

async function refuseForged({ database }: ConfirmNiceDeps, { paymentId }: PaymentRow): Promise<never> {
  await database.transaction((tx) =>
    writeAudit(tx, [
      {
        actorId: 0,
        subject: 'payment',
        subjectId: paymentId,
        action: 'FORGED_CONFIRM',
        before: null,
        after: null,
      },
    ]),
  )
  throw new AppError('FORGED_REQUEST')
}
