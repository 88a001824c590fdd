import { useState } from 'react'
import { newKey } from '../../../client/index.ts'
import { ask } from '../../shared/api/answer.ts'
import { shop } from '../../shared/api/shop.ts'
import { Button } from '../../shared/parts/button.tsx'
import { toast } from '../../shared/parts/toast.tsx'
import { whyNot } from '../../shared/parts/why-not.ts'
import { saleTexts } from './texts.ts'

export function WishButton({ itemId, className = '' }: { itemId: number; className?: string }) {
  const say = saleTexts.useSay()
  const [isBusy, setBusy] = useState(false)
  const onWish = async (): Promise<void> => {
    setBusy(true)
    const answer = await ask(
      shop.POST('/user-service/api/v1/wishlists', { params: { query: { itemId }, header: newKey() } }),
    )
    setBusy(false)
    toast(answer.kind === 'done' ? say('wished') : whyNot(answer))
  }
  return (
    <Button className={className} isBusy={isBusy} onClick={() => void onWish()}>
      {say('wish')}
    </Button>
  )
}
