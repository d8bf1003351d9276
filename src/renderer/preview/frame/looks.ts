/**
 * How documents look inside the frame: on white paper in either theme; texts, tables and lists in the window's own colours (`--ground` is
 * the window's `--parta-surface`, on which documents lie).
 */
export const STYLES = `
:root { color-scheme: light; --ground: #f7f8fa; --page: #fff; --ink: #1b1d21; --dim: #5b616b; --line: #d4d8de; --head: #f2f4f7; }
:root[data-dark='true'] { color-scheme: dark; --ground: #1b1f25; --page: #1f2126; --ink: #e6e8ec; --dim: #a3a9b4; --line: #3d424b; --head: #2a2d34; }
* { box-sizing: border-box; }
html, body { margin: 0; }
html { background: var(--ground); }
body { color: var(--ink); font: 15px/1.55 system-ui, 'Segoe UI', 'Noto Sans', sans-serif; overflow-wrap: anywhere; }
html[data-whole='false'] { height: 100%; }
html[data-whole='true'] { overflow: hidden; }
html[data-whole='false'] body { padding: 16px; }
main:focus { outline: none; }
.paper { max-width: 820px; margin: 0 auto; padding: 48px 56px; border: 1px solid #d4d8de; background: #fff; color: #1b1d21; color-scheme: light; font-family: 'PT Serif', 'Liberation Serif', 'Times New Roman', serif; font-size: 17px; }
.paper h1, .paper h2, .paper h3, .paper h4 { line-height: 1.25; margin: 1em 0 0.4em; }
.paper p { margin: 0 0 0.55em; }
.paper img { max-width: 100%; height: auto; }
.paper table { border-collapse: collapse; margin: 0.5em 0 1em; max-width: 100%; }
.paper td, .paper th { border: 1px solid #8b929c; padding: 3px 8px; vertical-align: top; }
.paper td p { margin: 0; }
.paper ul, .paper ol { margin: 0 0 0.55em; padding-left: 1.8em; }
.paper :is(p, h1, h2, h3, h4, h5, h6)[data-align='center'] { text-align: center; }
.paper :is(p, h1, h2, h3, h4, h5, h6)[data-align='right'] { text-align: right; }
pre { margin: 0; padding: 20px 24px; border: 1px solid var(--line); background: var(--page); font: 15px/1.6 'Liberation Mono', Consolas, Menlo, monospace; tab-size: 4; white-space: pre-wrap; }
pre > span { display: block; content-visibility: auto; contain-intrinsic-size: auto 400px; }
.sheet { margin: 0 0 24px; overflow-x: auto; }
.sheet h2, .list h2 { font-size: 15px; margin: 0 0 8px; }
.grid { border-collapse: collapse; background: var(--page); font-size: 14px; }
.grid td, .grid th { border: 1px solid var(--line); padding: 2px 8px; text-align: left; vertical-align: top; max-width: 360px; min-width: 32px; }
.grid th { background: var(--head); color: var(--dim); font-weight: 400; text-align: center; }
.list { width: 100%; border-collapse: collapse; background: var(--page); }
.list td, .list th { padding: 5px 12px; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; }
.list th { background: var(--head); font-weight: 600; }
.list td:last-child, .list th:last-child { text-align: right; white-space: nowrap; color: var(--dim); }
.list th:last-child { color: var(--ink); }
.picture { display: grid; place-items: safe center; min-height: 100%; }
.picture > * { display: block; background: #fff; }
html[data-whole='false'] :is(body, main):has(.picture) { height: 100%; }
.pages { display: grid; justify-items: center; gap: 12px; }
.pages > canvas, .pages > div { background: #fff; border: 1px solid var(--line); }
@media (max-width: 640px) { .paper { padding: 24px 20px; } }
`;
