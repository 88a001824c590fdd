import { useEffect, useRef, useState } from 'react'
import { cuePassed } from './countdown.ts'

/** The cue that was passed last, for those who do not see the countdown; undefined until one was. */
export function useCue(leftMs: number | undefined, cues: readonly number[]): number | undefined {
  const before = useRef<number>(undefined)
  const [cue, setCue] = useState<number>()
  useEffect(() => {
    if (leftMs === undefined) return
    const passed =
      before.current === undefined ? undefined : cuePassed(cues, { beforeMs: before.current, nowMs: leftMs })
    before.current = leftMs
    if (passed !== undefined) setCue(passed)
  }, [leftMs, cues])
  return cue
}

/** True from that moment on, to the millisecond that a timer can keep. */
export function useReached(targetMs: number | undefined, now: () => number): boolean {
  const [isReached, setReached] = useState(() => targetMs !== undefined && now() >= targetMs)
  useEffect(() => {
    if (targetMs === undefined) return setReached(false)
    let timer: ReturnType<typeof setTimeout>
    const look = (): void => {
      const leftMs = targetMs - now()
      setReached(leftMs <= 0)
      // The clock may be read anew meanwhile, and timers of a page in the background are late.
      if (leftMs > 0) timer = setTimeout(look, Math.min(leftMs, leftMs > 1_500 ? 1_000 : leftMs))
    }
    look()
    return () => clearTimeout(timer)
  }, [targetMs, now])
  return isReached
}
