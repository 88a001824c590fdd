import { useEffect, useState, useSyncExternalStore } from 'react'
import {
  clockReading,
  keepServerClock,
  onClockReading,
  serverNow,
  type ClockReading,
} from './server-clock.ts'

/** The offset and its accuracy; undefined until it was measured. Starts measuring. */
export function useClockReading(): ClockReading | undefined {
  useEffect(keepServerClock, [])
  return useSyncExternalStore(onClockReading, clockReading)
}

/** Server time, rendered again at each full second of it (or as often as `everyMs` says). */
export function useServerNow(everyMs = 1_000): number {
  const [now, setNow] = useState(serverNow)
  useEffect(() => {
    const stopKeeping = keepServerClock()
    let timer: ReturnType<typeof setTimeout>
    const tick = (): void => {
      const current = serverNow()
      setNow(current)
      timer = setTimeout(tick, everyMs - (current % everyMs) + 5)
    }
    tick()
    return () => {
      clearTimeout(timer)
      stopKeeping()
    }
  }, [everyMs])
  return now
}
