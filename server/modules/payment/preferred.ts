// Which provider new payments go to: Toss while its breaker is closed, else NICEPAY (the original's rule), else whichever there is.
import { AppError } from '../../platform/errors.ts'
import { PROVIDERS, type ProviderName } from './contract.ts'
import type { Provider } from './provider.ts'

export function preferredProvider(providers: ReadonlyMap<ProviderName, Provider>): Provider | undefined {
  const configured = PROVIDERS.flatMap((name) => providers.get(name) ?? [])
  return configured.find((provider) => provider.isUsable()) ?? configured[0]
}

/** The one asked for, or the preferred one. Throws SERVICE_UNAVAILABLE where there is none. */
export function usableProvider(
  providers: ReadonlyMap<ProviderName, Provider>,
  asked: ProviderName | undefined,
): Provider {
  const provider = asked === undefined ? preferredProvider(providers) : providers.get(asked)
  if (provider === undefined) throw new AppError('SERVICE_UNAVAILABLE', { retryAfterSeconds: 60 })
  return provider
}
