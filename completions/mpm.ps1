# PowerShell completion for mpm. To switch it on, in $PROFILE:
#   mpm completions powershell | Out-String | Invoke-Expression

Register-ArgumentCompleter -Native -CommandName mpm -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)
    $current = ''
    $words = @()
    $elements = @($commandAst.CommandElements)
    for ($at = 1; $at -lt $elements.Count; $at++) {
        $extent = $elements[$at].Extent
        if ($extent.StartOffset -ge $cursorPosition) { break }
        $text = $extent.Text
        if ($elements[$at] -is [System.Management.Automation.Language.StringConstantExpressionAst]) {
            $text = $elements[$at].Value
        }
        if ($extent.EndOffset -ge $cursorPosition) { $current = $text } else { $words += $text }
    }
    # Percent-encoded: Windows PowerShell loses empty words and quotes.
    $coded = @($words) + $current | ForEach-Object { '=' + [uri]::EscapeDataString($_) }
    $answer = & $elements[0].Extent.Text __complete powershell $coded 2>$null | Out-String | ConvertFrom-Json
    foreach ($candidate in $answer.candidates) {
        [System.Management.Automation.CompletionResult]::new(
            $candidate.text, $candidate.value, 'ParameterValue', $candidate.summary)
    }
}
