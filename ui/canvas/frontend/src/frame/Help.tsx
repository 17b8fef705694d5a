/** Every key and gesture, on one sheet. */
import { useEffect, useRef } from "react";
import { Icon } from "../Icon";

export const SHEET: [string, [string, string][]][] = [
  ["Build", [
    ["Click or Enter on a component", "Add it beside the selected node, wired where it fits; else in the middle"],
    ["Drag a component", "Add it where it is dropped"],
    ["A or /", "Search the components; Enter adds the first, wired to the selected node"],
    ["P", "Search what fits after the selected node"],
    ["S on a component", "Star it, or take the star off"],
    ["Drag from port to port", "Draw a wire"],
    ["Click a port", "Show what fits there; a second port that fits is wired to it"],
    ["Let a wire go over nothing", "Choose what comes next"],
    ["Drop a component on a wire", "Put it in between"],
    ["Drop a component on a node", "Replace it"],
    ["Delete or Backspace", "Remove what is selected"],
  ]],
  ["Edit", [
    ["Ctrl Z, Ctrl Shift Z or Ctrl Y", "Undo, redo"],
    ["Ctrl C, Ctrl X, Ctrl V", "Copy, cut, paste; as text in other programs"],
    ["Ctrl D", "Duplicate"],
    ["Ctrl A", "Select all"],
    ["Shift drag", "Select with a box"],
    ["Shift or Ctrl click", "Add to the selection"],
    ["Arrow keys", "Move the selected node"],
    ["Alt A, Alt H, Alt D", "Align left edges, centres, right edges"],
    ["Alt W, Alt V, Alt S", "Align top edges, middles, bottom edges"],
    ["Alt Shift H, Alt Shift V", "Spread evenly across, down"],
    ["{} beside a field's name", "Use a parameter for it"],
    ["Drag a group by its title", "Move it with what lies in it"],
    ["Ctrl G, Ctrl Shift G", "Group what is selected, ungroup"],
    ["G, or double-click the card", "Collapse a group, expand it"],
    ["D", "Bypass or switch off, and on again"],
    ["N", "Add a note"],
    ["F2, or double-click", "Write on a note, name a group"],
  ]],
  ["Look", [
    ["Drag, or two fingers", "Move the canvas"],
    ["Ctrl wheel, or pinch", "Zoom"],
    ["F", "Fit everything"],
    ["L", "Arrange, in rows where one gets too long"],
    ["?", "This sheet"],
    ["Double-click a node", "Open it: preview, details"],
    ["Click a wire, or Tab to it and Enter", "See the rows that flow on it"],
    ["Tab from a selected node", "Read the columns of its ports"],
    ["T", "Show what is fitted on which rows"],
    ["E", "Show what an endpoint will run"],
    ["F8, Shift F8", "Next, previous problem"],
    ["Esc", "Clear the selection, leave fullscreen"],
  ]],
  ["Outline", [
    ["V", "Next view: canvas, outline, YAML"],
    ["Up, Down, Home, End", "From node to node"],
    ["Left, Right", "Close, open a group"],
    ["Enter, F2, W", "Settings, title, wires"],
    ["A, Shift A", "Add after, add before"],
    ["Ctrl G, G", "Group what is selected, move to another group"],
    ["D, N", "Bypass or switch off, add a note"],
    ["P", "Problems"],
    ["Shift Up, Shift Down, Space", "Select several"],
  ]],
  ["YAML", [
    ["Ctrl S", "Draw what was written"],
    ["Tab", "Leave the text"],
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
