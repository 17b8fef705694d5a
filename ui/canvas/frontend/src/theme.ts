/** Streamlit's theme arrives as `--st-*` variables; what CSS cannot derive from them is worked out here. */

function channels(element: Element, variable: string): [number, number, number] | null {
  const probe = document.createElement("span");
  probe.style.color = `var(${variable})`;
  element.append(probe);
  const numbers = getComputedStyle(probe).color.match(/[\d.]+/g)?.map(Number);
  probe.remove();
  return numbers && numbers.length >= 3 ? [numbers[0]!, numbers[1]!, numbers[2]!] : null;
}

/** Relative luminance by WCAG 2, from 0 (black) to 1 (white). */
export function luminance([red, green, blue]: [number, number, number]): number {
  const linear = [red, green, blue].map((value) => {
    const share = value / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * linear[0]! + 0.7152 * linear[1]! + 0.0722 * linear[2]!;
}

export function applyTheme(element: HTMLElement): void {
  const ground = channels(element, "--st-background-color");
  const accent = channels(element, "--st-primary-color");
  element.dataset.theme = ground && luminance(ground) < 0.2 ? "dark" : "light";
  element.style.setProperty("--cb-on-accent", accent && luminance(accent) > 0.4 ? "#14161a" : "#ffffff");
}
