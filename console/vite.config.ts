import { fileURLToPath } from 'node:url'

import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vitest/config'

// `npm run dev` shows the console beside a running platform; MILLMARK_URL says where that listens.
const platform = process.env.MILLMARK_URL ?? 'http://127.0.0.1:8787'

export default defineConfig({
  plugins: [vue()],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  define: {
    __VUE_OPTIONS_API__: 'true',
    __VUE_I18N_FULL_INSTALL__: 'false',
    __VUE_I18N_LEGACY_API__: 'false',
    __INTLIFY_PROD_DEVTOOLS__: 'false',
  },
  server: { proxy: { '/api': { target: platform, changeOrigin: true } } },
  preview: { proxy: { '/api': { target: platform, changeOrigin: true } } },
  build: {
    target: 'es2022',
    chunkSizeWarningLimit: 1300, // MapLibre is one module; it loads with the map alone.
  },
  test: { environment: 'happy-dom', include: ['test/**/*.test.ts'] },
})
