"""How pages look: light and dark as the reader's screen is, and on paper."""

STYLE = """
:root { color-scheme: light dark; --page: #fff; --ink: #1b1f24; --faint: #59636e; --line: #d8dee4; --raised: #f6f8fa;
  --accent: #0072b2; --warn: #8a4b00; --warn-page: #fff6e5; }
@media (prefers-color-scheme: dark) { :root { --page: #12161c; --ink: #e6e9ed; --faint: #9aa4af; --line: #303841;
  --raised: #1a2028; --accent: #56b4e9; --warn: #f0b45a; --warn-page: #2b2210; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink);
  font: 15px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif; }
main { max-width: 960px; margin: 0 auto; padding: 40px 24px 64px; }
h1 { margin: 0; font-size: 30px; line-height: 1.2; overflow-wrap: anywhere; }
h2 { margin: 48px 0 12px; padding-top: 20px; border-top: 1px solid var(--line); font-size: 21px;
  line-height: 1.3; overflow-wrap: anywhere; }
h3 { margin: 0 0 4px; font-size: 15px; }
.origin, footer { color: var(--faint); font-size: 13px; overflow-wrap: anywhere; }
.origin { margin: 8px 0 24px; }
footer { margin-top: 56px; padding-top: 16px; border-top: 1px solid var(--line); }
header p, section > p { max-width: 70ch; white-space: pre-line; overflow-wrap: anywhere; unicode-bidi: isolate; }
a { color: var(--accent); }
nav ul { margin: 24px 0 0; padding: 12px 16px 12px 34px; background: var(--raised); border-radius: 8px; }
nav li { overflow-wrap: anywhere; }
dl { margin: 0 0 20px; }
dl div { display: flex; gap: 16px; padding: 4px 0; }
dt { flex: 0 0 130px; color: var(--faint); }
dd { margin: 0; min-width: 0; overflow-wrap: anywhere; unicode-bidi: isolate; }
.warning { margin: 0 0 20px; padding: 12px 16px; border-left: 3px solid var(--warn); background: var(--warn-page); }
.warning h3 { color: var(--warn); }
.warning ul { margin: 0; padding-left: 18px; }
figure { margin: 0 0 28px; max-width: 720px; }
figcaption, caption { padding: 0 0 8px; color: var(--faint); font-size: 13px; text-align: left; }
svg { display: block; width: 100%; height: auto; overflow: visible; font-size: 12px; }
svg text { fill: var(--ink); unicode-bidi: isolate; }
svg .figure { fill: var(--faint); font-variant-numeric: tabular-nums; }
svg .bar { fill: var(--accent); }
svg .line { fill: none; stroke: var(--accent); stroke-width: 2; stroke-linejoin: round; }
svg .grid { stroke: var(--line); }
svg .axis { stroke: var(--faint); }
.scrolled { margin: 0 0 28px; overflow-x: auto; }
.scrolled:focus-visible { outline: 2px solid var(--accent); outline-offset: 4px; }
table { width: max-content; min-width: min(100%, 540px); border-collapse: collapse; font-size: 13px; }
caption { max-width: 720px; }
th, td { padding: 6px 14px 6px 0; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top;
  max-width: 340px; overflow-wrap: break-word; unicode-bidi: isolate; }
th { font-weight: 600; }
thead th { vertical-align: bottom; border-bottom-color: var(--faint); }
.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
thead .number { white-space: normal; }
.missing { color: var(--faint); }
.right { font-weight: 700; }
@media (max-width: 560px) { main { padding: 24px 16px 40px; } dl div { flex-direction: column; gap: 0; }
  dt { flex-basis: auto; } }
@media print { :root { color-scheme: light; --page: #fff; --ink: #000; --faint: #444; --line: #bbb; --raised: #fff;
    --accent: #0072b2; --warn: #6b3a00; --warn-page: #fff; }
  main { max-width: none; padding: 0; } nav { display: none; } table { width: auto; font-size: 8pt; }
  th, td { padding-right: 6px; overflow-wrap: anywhere; } .number { white-space: normal; }
  .scrolled { overflow: visible; } h2, h3, figcaption { break-after: avoid; }
  figure, tr, dl, .warning { break-inside: avoid; } thead { display: table-header-group; }
  .bar { print-color-adjust: exact; -webkit-print-color-adjust: exact; } }
"""
