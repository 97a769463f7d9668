// Looks at HTML reports as people do: on a wide screen, on a phone, in the dark, on A4 and on Letter, and with a checker
// of accessibility (axe-core). Says what is wrong, a line each, and exits 1 if anything is.
//
//   node check.mjs FILE.html ...

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { resolve } from "node:path";
import { chromium } from "playwright-core";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
const views = [
  { name: "wide", viewport: { width: 1280, height: 900 }, colorScheme: "light" },
  { name: "wide, dark", viewport: { width: 1280, height: 900 }, colorScheme: "dark" },
  { name: "phone", viewport: { width: 320, height: 640 }, colorScheme: "light" },
  { name: "phone, dark", viewport: { width: 320, height: 640 }, colorScheme: "dark" },
];
// What is left of the paper between margins of 16 mm, at 96 pixels an inch.
const papers = [
  { format: "A4", width: Math.floor(((210 - 32) / 25.4) * 96) },
  { format: "Letter", width: Math.floor(8.5 * 96 - (32 / 25.4) * 96) },
];

const wrong = [];
let looks = 0;
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM,
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--no-first-run"],
});
try {
  for (const file of process.argv.slice(2)) {
    const url = pathToFileURL(resolve(file)).href;
    for (const view of views) {
      // The page's own policy forbids scripts; the checker is one, and comes in beside it.
      const context = await browser.newContext({ viewport: view.viewport, colorScheme: view.colorScheme, bypassCSP: true });
      const page = await context.newPage();
      page.on("request", (request) => {
        if (request.url() !== url) wrong.push(`${file}: asks for ${request.url()}`);
      });
      page.on("dialog", (dialog) => {
        wrong.push(`${file}: a script ran`);
        dialog.dismiss();
      });
      await page.goto(url);
      await page.evaluate(axe);
      for (const open of [false, true]) {
        await page.evaluate((open) => document.querySelectorAll("details").forEach((d) => (d.open = open)), open);
        const found = await page.evaluate((tags) => axe.run(document, { runOnly: tags }), tags);
        looks += found.passes.length;
        for (const rule of found.violations) {
          const where = rule.nodes.map((node) => node.target.join(" ")).join(", ");
          wrong.push(`${file} (${view.name}): ${rule.id}: ${rule.help}: ${where}`);
        }
      }
      const over = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      if (over > 0) wrong.push(`${file} (${view.name}): ${over} pixels too wide`);
      await context.close();
    }
    const page = await browser.newPage();
    await page.goto(url);
    for (const { format, width } of papers) {
      await page.emulateMedia({ media: "print" });
      await page.setViewportSize({ width, height: 1000 });
      const over = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      if (over > 0) wrong.push(`${file} (${format}): ${over} pixels too wide for the paper`);
      const pdf = await page.pdf({ format, preferCSSPageSize: false });
      const pages = (pdf.toString("latin1").match(/\/Type\s*\/Page\b/g) ?? []).length;
      if (pages < 1 || pages > 40) wrong.push(`${file} (${format}): prints on ${pages} pages`);
    }
    await page.close();
  }
} finally {
  await browser.close();
}
for (const line of wrong) console.log(line);
console.log(`${looks} checks passed on ${process.argv.length - 2} pages, ${wrong.length} faults`);
process.exit(wrong.length > 0 || looks === 0 ? 1 : 0);
