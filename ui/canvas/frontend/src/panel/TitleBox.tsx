/** The title of a node, to be changed where it stands. */
import { useEditor, usePart } from "../context";
import { useDraft } from "../fields/control";
import type { ComponentSpec, GraphNode } from "../protocol";

export function TitleBox({ node, spec }: { node: GraphNode; spec: ComponentSpec | undefined }) {
  const { model } = useEditor();
  const readonly = usePart((state) => state.readonly);
  const [draft, setDraft] = useDraft(node.title ?? spec?.title ?? node.component, (text) => text.trim());
  return (
    <input
      className="cb-title-input"
      data-testid="node-title"
      aria-label="Title of this node"
      maxLength={120}
      value={draft}
      disabled={readonly}
      spellCheck={false}
      onChange={(event) => {
        setDraft(event.target.value);
        const text = event.target.value.trim();
        model.setTitle(node.id, text === "" || text === spec?.title ? null : text);
      }}
      onBlur={() => draft.trim() === "" && setDraft(spec?.title ?? node.component)}
    />
  );
}
