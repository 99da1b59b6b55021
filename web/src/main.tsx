import '@fontsource-variable/inter/opsz.css';
import '@/styles/app.css';
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { Direction } from 'radix-ui';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { queryClient } from '@/api/queries';
import { language, speak } from '@/lib/i18n';
import { directionOf } from '@/lib/languages';
import { followPreferences } from '@/lib/preferences';
import { followSession } from '@/lib/session';
import { followViewport } from '@/lib/viewport';
import { router } from '@/router';

followPreferences();
followViewport();
followSession(() => {
  const next = router.state.location.href;
  void router.navigate({ to: '/signin', search: { next, ended: true } });
});

const root = document.getElementById('root');
void speak().then(() => {
  if (root)
    createRoot(root).render(
      <StrictMode>
        <Direction.Provider dir={document.documentElement.dir === 'rtl' ? directionOf(language) : 'ltr'}>
          <QueryClientProvider client={queryClient}>
            <RouterProvider router={router} />
          </QueryClientProvider>
        </Direction.Provider>
      </StrictMode>,
    );
});
