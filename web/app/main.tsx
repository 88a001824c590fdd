import { QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { queries } from '../shared/api/queries.ts'
import { startLanguage } from '../shared/i18n/language.ts'
import '../shared/tokens.css'
import { router } from './router.tsx'
import { startTheme } from './theme.ts'

startLanguage()
startTheme()
createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <QueryClientProvider client={queries}>
      <RouterProvider router={router} />
    </QueryClientProvider>
  </StrictMode>,
)
