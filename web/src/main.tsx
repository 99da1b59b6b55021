import '@fontsource-variable/inter/opsz.css';
import '@/styles/app.css';
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { queryClient } from '@/api/queries';
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
if (root)
  createRoot(root).render(
    <StrictMode>
      <QueryClientProvider client={queryClient}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </StrictMode>,
  );
