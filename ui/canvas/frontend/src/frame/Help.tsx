/** Every key and gesture, on one sheet. */
import { useEffect, useRef } from "react";
import { Icon } from "../Icon";

const SHEET: [string, [string, string][]][] = [
  ["Build", [
    ["Drag, double-click or Enter", "Add a component"],
    ["A or /", "Search the components"],
    ["Drag from port to port", "Draw a wire"],
    ["Let a wire go over nothing", "Choose what comes next"],
    ["Drop a component on a wire", "Put it in between"],
    ["Delete or Backspace", "Remove what is selected"],
  ]],
  ["Edit", [
    ["Ctrl Z, Ctrl Shift Z", "Undo, redo"],
    ["Ctrl C, Ctrl V, Ctrl D", "Copy, paste, duplicate"],
    ["Ctrl A", "Select all"],
    ["Shift drag", "Select with a box"],
    ["Shift or Ctrl click", "Add to the selection"],
    ["Arrow keys", "Move the selected node"],
    ["{} beside a field's name", "Use a parameter for it"],
    ["Drag a group by its title", "Move it with what lies in it"],
  ]],
  ["Look", [
    ["Drag, or two fingers", "Move the canvas"],
    ["Ctrl wheel, or pinch", "Zoom"],
    ["F", "Fit everything"],
    ["L", "Arrange"],
    ["Double-click a node", "Open it: preview, details"],
    ["Esc", "Clear the selection, leave fullscreen"],
  ]],
  ["Run", [
    ["Ctrl Enter", "Run everything"],
    ["Ctrl Shift Enter", "Run to the selected node"],
    ["Arrow beside Run", "What changed, what it takes, other values"],
    ["Ctrl S", "Save a version"],
  ]],
];

export function Help({ onClose }: { onClose(): void }) {
  const close = useRef<HTMLButtonElement>(null);
  useEffect(() => close.current?.focus(), []);
  const onKeyDown = (event: React.KeyboardEvent): void => {
    event.stopPropagation();
    if (event.key === "Escape" || event.key === "?") onClose();
    if (event.key === "Tab") event.preventDefault();
  };
  return (
    <div className="cb-veil" onClick={onClose} onKeyDown={onKeyDown}>
      <div className="cb-sheet" role="dialog" aria-modal="true" aria-label="Keyboard and mouse" data-testid="help" onClick={(event) => event.stopPropagation()}>
        <header className="cb-sheet-head">
          <h2>Keyboard and mouse</h2>
          <button ref={close} type="button" className="cb-tool" aria-label="Close" onClick={onClose}><Icon name="close" /></button>
        </header>
        <div className="cb-sheet-body">
          {SHEET.map(([title, rows]) => (
            <section key={title}>
              <h3>{title}</h3>
              <dl>
                {rows.map(([keys, does]) => (
                  <div key={keys}><dt>{does}</dt><dd>{keys}</dd></div>
                ))}
              </dl>
            </section>
          ))}
        </div>
      </div>
    </div>
  );
}
