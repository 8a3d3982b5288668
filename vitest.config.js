import process from "node:process";
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["tests/js/**/*.test.js"],
    setupFiles: ["tests/js/setup.js"],
    // CI judges a change, so it tries the same examples each time.
    provide: { seed: process.env.CI ? 1 : undefined },
    // Its modules name each other without endings, which only a bundler understands.
    server: { deps: { inline: ["proj4"] } },
  },
});
