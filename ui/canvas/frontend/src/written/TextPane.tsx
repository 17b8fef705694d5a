/** The pipeline as a text that can be edited. What is wrong is marked at its line; what is right is drawn when asked to. */
import { useEffect, useId, useRef } from "react";
import { useEditor, usePart } from "../context";
import { Icon } from "../Icon";
import { nodeOf } from "../model/graph";
import { LONGEST, useText, type Text } from "../model/text-view";
import { nodeAt, nodeLines } from "./lines";
import { Remarks } from "./Remarks";
import { TextEditor, type TextHandle } from "./TextEditor";

export function TextPane() {
  const { model } = useEditor();
  const text = useText(model.text);
  const name = usePart((state) => state.name);
  const readonly = usePart((state) => state.readonly);
  const editor = useRef<TextHandle>(null);
  const status = useId();
  const shown = text.typed ?? text.drawn;
  useEffect(() => {
    model.text.open();
    return () => model.text.close();
  }, [model]);
  useShownNode(shown, editor);

  const ready = text.typed !== null && text.checked && text.graph !== null && !readonly;
  const draw = (): void => {
    if (ready) model.drawText();
  };
  const onKeyDown = (event: React.KeyboardEvent): void => {
    const saves = (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "s";
    if (!saves || text.typed === null) return;
    event.preventDefault();
    event.stopPropagation();
    draw();
  };
  const onPlace = (offset: number): void => {
    const id = nodeAt(shown ?? "", offset);
    if (id && nodeOf(model.state.graph, id) && document.activeElement?.closest(".cb-text-editor")) model.select([id]);
  };
  return (
    <section className="cb-text" aria-label="YAML" data-testid="text">
      <header className="cb-text-bar">
        <Standing id={status} text={text} readonly={readonly} />
        <span className="cb-grow" />
        {text.dropped !== null && <Button icon="history" label="Bring my text back" testId="text-bring-back" onClick={() => model.text.bringBack()} />}
        {text.typed !== null && <Button icon="undo" label="Give up my changes" testId="text-drop" onClick={() => model.text.drop()} />}
        <Button icon="download" label="Download" testId="text-download" onClick={() => download(shown ?? "", name)} />
        {!readonly && <FileButton onText={(read) => model.text.type(read)} onTooLong={() => model.say("This file is too long for a pipeline.")} />}
        {!readonly && (
          <button type="button" className="cb-button cb-button-small cb-primary" data-testid="text-draw" aria-disabled={!ready} title="Draw this text (Ctrl S); Undo takes it back" onClick={draw}>
            <Icon name="draw" />Apply
          </button>
        )}
      </header>
      {shown === null ? (
        <p className="cb-hint cb-text-waiting" role="status">The text is being fetched.</p>
      ) : (
        <TextEditor handle={editor} text={shown} remarks={text.checked ? text.remarks : []} readonly={readonly} describedBy={status}
          onType={(typed) => model.text.type(typed)} onPlace={onPlace} onKeyDown={onKeyDown} />
      )}
      <Remarks remarks={text.checked ? text.remarks : []} onGo={(remark) => editor.current?.goTo(remark.line, remark.column, true)} />
    </section>
  );
}

/** Shows the node that is selected, once the text is there. */
function useShownNode(text: string | null, editor: React.RefObject<TextHandle | null>): void {
  const { model } = useEditor();
  const done = useRef(false);
  useEffect(() => {
    if (done.current || text === null) return;
    done.current = true;
    const line = nodeLines(text).get(model.state.selection[0] ?? "");
    if (line) editor.current?.goTo(line, 3, false);
  }, [text, editor, model]);
}

function Standing({ id, text, readonly }: { id: string; text: Text; readonly: boolean }) {
  const [icon, words, tone] = standing(text, readonly);
  return (
    <p id={id} className={`cb-text-standing cb-tone-${tone}`} role="status" data-testid="text-standing">
      <Icon name={icon} /><span>{words}</span>
    </p>
  );
}

function standing(text: Text, readonly: boolean): [icon: string, words: string, tone: string] {
  if (readonly) return ["lock", "Read only", "quiet"];
  if (text.typed === null) return ["check_circle", "This is what is drawn. Change it here, too.", "good"];
  if (!text.checked) return ["sync", "Not drawn yet. It is being read.", "quiet"];
  if (!text.graph) return ["error", "Not drawn: it is no pipeline yet. The drawing stays as it was.", "bad"];
  if (text.overtaken) return ["warning", "The drawing has changed since you began. Applying puts your text in its place.", "warn"];
  const errors = text.remarks.filter((remark) => remark.severity === "error").length;
  if (errors > 0) return ["warning", `Not drawn yet. It can be, with ${errors} ${errors === 1 ? "error" : "errors"} to mend.`, "warn"];
  return ["draw", "Not drawn yet. Apply draws it.", "busy"];
}

function Button({ icon, label, testId, onClick }: { icon: string; label: string; testId: string; onClick(): void }) {
  return <button type="button" className="cb-button cb-button-small" data-testid={testId} title={label} onClick={onClick}><Icon name={icon} /><span>{label}</span></button>;
}

function FileButton({ onText, onTooLong }: { onText(text: string): void; onTooLong(): void }) {
  const input = useRef<HTMLInputElement>(null);
  const read = async (file: File | undefined): Promise<void> => {
    if (input.current) input.current.value = "";
    if (!file) return;
    if (file.size > 4 * LONGEST) return onTooLong();
    onText((await file.text()).replace(/\r\n?/g, "\n"));
  };
  return (
    <>
      <Button icon="upload_file" label="Open a file" testId="text-open" onClick={() => input.current?.click()} />
      <input ref={input} type="file" hidden tabIndex={-1} accept=".yaml,.yml,.json" data-testid="text-file" onChange={(event) => void read(event.target.files?.[0])} />
    </>
  );
}

function download(text: string, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "application/yaml" }));
  link.download = `${name.replace(/[\\/:*?"<>|]/g, "_") || "pipeline"}.yaml`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}
