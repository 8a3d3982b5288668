import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["tests/js/**/*.test.js"],
    // Its modules name each other without endings, which only a bundler understands.
    server: { deps: { inline: ["proj4"] } },
  },
});
