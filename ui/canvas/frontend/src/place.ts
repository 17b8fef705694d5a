/** Where the editor stands on the page. Streamlit takes its place away now and then, and gives it another: between the two it
 * waits aside, unseen but with the focus, so that nothing that is typed meanwhile is lost. */

/** So long may it take until there is another place, in milliseconds. */
const PATIENCE = 800;

export class Place {
  private readonly remembered = new Set<HTMLElement>();
  private focused: HTMLElement | null = null;
  private waiting: number | undefined;

  constructor(readonly element: HTMLElement, private readonly onGone: () => void) {
    document.addEventListener("focusin", this.notice, true);
    document.addEventListener("pointerdown", this.notice, true);
    element.addEventListener("scroll", this.noticeScroll, true);
  }

  /** Stand there. */
  take(parent: Node): void {
    window.clearTimeout(this.waiting);
    if (this.element.parentNode === parent) return;
    this.element.removeAttribute("style");
    this.move(parent);
  }

  /** Wait aside for another place; without one, it is over. */
  wait(): void {
    this.element.style.cssText = "position: fixed; inset: 0; opacity: 0; pointer-events: none; z-index: -1";
    this.move(document.body);
    this.waiting = window.setTimeout(() => this.leave(), PATIENCE);
  }

  /** Go from the page for good. */
  leave(): void {
    window.clearTimeout(this.waiting);
    document.removeEventListener("focusin", this.notice, true);
    document.removeEventListener("pointerdown", this.notice, true);
    this.element.remove();
    this.onGone();
  }

  private move(parent: Node): void {
    const nobody = document.activeElement === document.body || document.activeElement === null;
    const focused = nobody ? this.focused : null;
    const inside = this.element.contains(document.activeElement) ? (document.activeElement as HTMLElement) : focused;
    const scrolled = [...this.remembered].map((it) => [it, it.scrollLeft, it.scrollTop] as const);
    parent.appendChild(this.element);
    for (const [it, left, top] of scrolled) it.scrollTo({ left, top });
    inside?.focus({ preventScroll: true });
  }

  private readonly notice = (event: Event): void => {
    this.focused = this.element.contains(event.target as globalThis.Node) ? (event.target as HTMLElement) : null;
  };

  private readonly noticeScroll = (event: Event): void => {
    this.remembered.add(event.target as HTMLElement);
  };
}
