/** A row of tabs, one of them open; the arrow keys go from one to the next. */
import { useId, useRef, type ReactNode } from "react";

interface Props<T extends string> {
  tabs: readonly T[];
  open: T;
  /** Tabs in which something needs attention. */
  marked?: readonly T[];
  onOpen(tab: T): void;
  children: ReactNode;
}

const STEPS: { [key: string]: number } = { ArrowRight: 1, ArrowLeft: -1 };

export function Tabs<T extends string>({ tabs, open, marked = [], onOpen, children }: Props<T>) {
  const id = useId();
  const row = useRef<HTMLDivElement>(null);
  const go = (place: number): void => {
    const tab = tabs[(place + tabs.length) % tabs.length];
    if (tab === undefined) return;
    onOpen(tab);
    row.current?.querySelectorAll("button")[tabs.indexOf(tab)]?.focus();
  };
  const onKeyDown = (event: React.KeyboardEvent): void => {
    const step = STEPS[event.key];
    if (step) go(tabs.indexOf(open) + step);
    else if (event.key === "Home") go(0);
    else if (event.key === "End") go(tabs.length - 1);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <>
      <div ref={row} className="cb-tabs" role="tablist" aria-label="Sides of this node" onKeyDown={onKeyDown}>
        {tabs.map((tab) => (
          <button key={tab} type="button" role="tab" id={`${id}-${tab}`} className="cb-tab" data-testid={`tab-${tab.toLowerCase()}`}
            aria-selected={tab === open} aria-controls={`${id}-panel`} tabIndex={tab === open ? 0 : -1} onClick={() => onOpen(tab)}>
            {tab}
            {marked.includes(tab) && <span className="cb-tab-mark"><span className="cb-hidden">has problems</span></span>}
          </button>
        ))}
      </div>
      <div className="cb-tab-panel" role="tabpanel" id={`${id}-panel`} aria-labelledby={`${id}-${open}`}>{children}</div>
    </>
  );
}
