// A picture for what has none: shapes drawn from the item's number, the same every time.

const HUES = ['accent', 'info', 'good', 'warn'] as const

/** Mulberry32, by Tommy Ettinger (public domain): numbers that look random, from a seed. */
function randomOf(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

export function ItemCover({ itemId, className = '' }: { itemId: number; className?: string }) {
  const random = randomOf(itemId * 7_919 + 17)
  const first = Math.floor(random() * HUES.length)
  const [back, front] = [HUES[first]!, HUES[(first + 1 + Math.floor(random() * 3)) % HUES.length]!]
  const cx = 80 + random() * 240
  const cy = 60 + random() * 120
  const tilt = Math.round(random() * 90 - 45)
  const size = 60 + random() * 60
  return (
    <svg
      viewBox="0 0 400 300"
      aria-hidden="true"
      preserveAspectRatio="xMidYMid slice"
      className={`block ${className}`}
    >
      <rect width="400" height="300" fill={`var(--${back}-soft)`} />
      <circle cx={cx} cy={cy} r={size} fill={`var(--${back})`} opacity="0.85" />
      <rect
        x={400 - cx - size / 2}
        y={150 - size / 3}
        width={size * 1.4}
        height={size * 1.4}
        rx="18"
        fill={`var(--${front})`}
        opacity="0.8"
        transform={`rotate(${tilt} 200 150)`}
      />
      <path
        d={`M0 ${230 + random() * 30} Q 120 ${180 + random() * 60} 220 ${230 + random() * 20} T 400 ${210 + random() * 40} V300 H0Z`}
        fill="var(--ink)"
        opacity="0.12"
      />
    </svg>
  )
}
