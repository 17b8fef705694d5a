import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

// Streamlit serves the folder without an ETag, so every build has its own file names.
export default defineConfig({
  plugins: [react()],
  base: "./",
  build: {
    outDir: "../dist",
    emptyOutDir: true,
    target: "es2022",
    cssCodeSplit: false,
    modulePreload: false,
    reportCompressedSize: false,
    chunkSizeWarningLimit: 1000,
    license: { fileName: "licenses.md" },
    rolldownOptions: {
      input: "src/index.tsx",
      preserveEntrySignatures: "strict",
      output: {
        minify: true,
        codeSplitting: false,
        entryFileNames: "canvas-[hash].js",
        assetFileNames: "canvas-[hash][extname]",
      },
    },
  },
  test: { include: ["tests/**/*.test.{ts,tsx}"], environment: "node", testTimeout: 60_000 },
});
