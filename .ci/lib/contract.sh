# The contract: what has been published stays, and the AIPs hold but for a written list.

# Against the newest published version, if there is one.
buf_breaking() {
  local tag
  tag=$(git tag --list '0.1*' --sort=-version:refname | head -n 1)
  if [ -z "$tag" ]; then
    echo "there is no tag 0.1 yet: nothing is published that could break"
    return
  fi
  echo "against $tag"
  mkdir "$WORK/published"
  git archive "$tag" buf.yaml proto | tar -x -C "$WORK/published"
  buf breaking --against "$WORK/published"
}

# Exceptions stand in .ci/api-linter.yaml and nowhere else: comments in protos switch nothing off.
api_lint() {
  (
    cd proto
    api-linter -I . -I third_party --config ../.ci/api-linter.yaml --ignore-comment-disables --output-format json \
      --output-path "$WORK/api-linter.json" lianbang/v1/*.proto
  )
  python3 - "$WORK/api-linter.json" <<'END'
import json, sys

found = [
    f"proto/{file['file_path']}:{problem['location']['start_position']['line_number']}: {problem['rule_id']}: "
    + " ".join(problem["message"].split())
    for file in json.load(open(sys.argv[1], encoding="utf-8"))
    for problem in sorted(file["problems"], key=lambda problem: problem["location"]["start_position"]["line_number"])
]
print(*found, sep="\n", end="\n" if found else "")
sys.exit(f"{len(found)} findings" if found else 0)
END
}
