// Preloaded with NODE_OPTIONS=--import=<this file>: Date is CLOCK_AHEAD_MS ahead of the machine's clock. Timers, performance.now
// and dates made from something are as they were.
const aheadMs = Number(process.env['CLOCK_AHEAD_MS'])
if (process.env['CLOCK_AHEAD_MS'] === undefined || !Number.isSafeInteger(aheadMs))
  throw new Error('CLOCK_AHEAD_MS must be whole milliseconds')

const RealDate = globalThis.Date
const machineNow = RealDate.now
RealDate.now = () => machineNow() + aheadMs

const AheadDate = new Proxy(RealDate, {
  construct: (target, args, newTarget) =>
    Reflect.construct(target, args.length === 0 ? [target.now()] : args, newTarget),
  apply: (target) => new target(target.now()).toString(),
})
RealDate.prototype.constructor = AheadDate
globalThis.Date = AheadDate
