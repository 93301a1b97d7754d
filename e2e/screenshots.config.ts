import { defineConfig } from "@playwright/test"
import base from "./playwright.config.js"

// npm run screenshots: no test, but every page of a console that has the demo in it, for docs/screenshots.
export default defineConfig(base, { testMatch: "screenshots.shots.ts", timeout: 600_000, retries: 0, reporter: [["list"]] })
