/** A text with its lines numbered and what is wrong marked beside it. Only the lines that are seen are drawn. */
import { useImperativeHandle, useMemo, useRef, useState, useLayoutEffect } from "react";
import { SEVERITY, worst } from "../appearance";
import { Icon } from "../Icon";
import type { Remark } from "../protocol";
import { indentAfter, LINE, offsetOf } from "./lines";

const PAD = 8;
const SPARE = 4;

export interface TextHandle {
  goTo(line: number, column: number, focus: boolean): void;
}

interface Props {
  text: string;
  remarks: readonly Remark[];
  readonly: boolean;
  describedBy: string;
  handle: React.Ref<TextHandle>;
  onType(text: string): void;
  onPlace(offset: number): void;
  onKeyDown(event: React.KeyboardEvent): void;
}

export function TextEditor({ text, remarks, readonly, describedBy, handle, onType, onPlace, onKeyDown }: Props) {
  const area = useRef<HTMLTextAreaElement>(null);
  const [seen, setSeen] = useState({ top: 0, height: 600 });
  const lines = useMemo(() => text.split("\n").length, [text]);
  const byLine = useMemo(() => Map.groupBy(remarks, (remark) => Math.min(remark.line, lines)), [remarks, lines]);
  const look = (): void => {
    if (area.current) setSeen({ top: area.current.scrollTop, height: area.current.clientHeight });
  };
  useLayoutEffect(() => {
    const observer = new ResizeObserver(look);
    if (area.current) observer.observe(area.current);
    return () => observer.disconnect();
  }, []);
  useImperativeHandle(handle, () => ({
    goTo: (line, column, focus) => {
      const element = area.current;
      if (!element) return;
      const offset = offsetOf(element.value, line, column);
      element.setSelectionRange(offset, offset);
      element.scrollTop = Math.max(0, (line - 1) * LINE - element.clientHeight / 3);
      if (focus) element.focus({ preventScroll: true });
      look();
    },
  }), []);
  const typed = (event: React.KeyboardEvent<HTMLTextAreaElement>): void => {
    const { selectionStart, selectionEnd, value } = event.currentTarget;
    const breaks = event.key === "Enter" && !event.ctrlKey && !event.metaKey && !event.altKey && !event.nativeEvent.isComposing;
    // The old command, because only what it types can be taken back with Ctrl Z.
    if (breaks && selectionStart === selectionEnd && document.execCommand("insertText", false, `\n${indentAfter(value, selectionStart)}`)) event.preventDefault();
    else onKeyDown(event);
  };
  const first = Math.max(0, Math.floor((seen.top - PAD) / LINE) - SPARE);
  const last = Math.min(lines, Math.ceil((seen.top + seen.height) / LINE) + SPARE);
  const shown = Array.from({ length: Math.max(0, last - first) }, (_, index) => first + index + 1);
  const shift = { transform: `translateY(${PAD - seen.top}px)` };
  const wrong = remarks.some((remark) => remark.severity === "error");
  return (
    <div className="cb-text-editor">
      <div className="cb-text-gutter" aria-hidden="true" style={{ width: `${String(lines).length * 0.62 + 2.6}em` }}>
        <div style={shift}>
          {shown.map((line) => <Number key={line} line={line} remarks={byLine.get(line)} />)}
        </div>
      </div>
      <div className="cb-text-page">
        <div className="cb-text-marks" aria-hidden="true">
          <div style={shift}>
            {shown.map((line) => {
              const found = byLine.get(line);
              return found && <span key={line} className={`cb-text-mark cb-tone-${SEVERITY[worst(found)].tone}`} style={{ top: (line - 1) * LINE }} />;
            })}
          </div>
        </div>
        <textarea ref={area} className="cb-text-area" data-testid="text-area" aria-label="The pipeline as YAML" aria-describedby={describedBy} aria-invalid={wrong}
          wrap="off" spellCheck={false} autoCapitalize="off" autoCorrect="off" readOnly={readonly} value={text}
          onChange={(event) => onType(event.target.value)} onScroll={look} onKeyDown={typed}
          onSelect={(event) => onPlace(event.currentTarget.selectionStart)} />
      </div>
    </div>
  );
}

function Number({ line, remarks }: { line: number; remarks: Remark[] | undefined }) {
  const look = remarks && SEVERITY[worst(remarks)];
  return (
    <span className={`cb-text-number${look ? ` cb-tone-${look.tone}` : ""}`} style={{ top: (line - 1) * LINE }} title={remarks?.map((one) => one.message).join("\n")}>
      {look && <Icon name={look.icon} />}{line}
    </span>
  );
}
