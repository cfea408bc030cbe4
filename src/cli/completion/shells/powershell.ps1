# aegis-xc in PowerShell, 5.1 and newer:  aegis-xc completion powershell | Out-String | Invoke-Expression

Register-ArgumentCompleter -Native -CommandName 'aegis-xc' -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)

    $words = @($commandAst.CommandElements | Where-Object { $_.Extent.StartOffset -lt $cursorPosition } | ForEach-Object { "$_" })
    $program = $words[0]
    $arguments = @($words | Select-Object -Skip 1)
    # After a space the word under the cursor is an empty one, which Windows PowerShell passes on only in quotes.
    if ($wordToComplete -eq '') { $arguments += $(if ($PSVersionTable.PSVersion -ge [version]'7.3') { '' } else { '""' }) }

    $directive = 0
    $proposals = @()
    foreach ($line in @(& $program __complete @arguments 2>$null)) {
        if ($line -match '^:(\d+)$') { $directive = [int]$Matches[1]; continue }
        $word, $about = $line -split "`t", 2
        if (-not $about) { $about = $word }
        $proposals += [System.Management.Automation.CompletionResult]::new($word, $word, 'ParameterValue', $about)
    }
    # Nothing: PowerShell completes file names by itself. An empty word keeps it from that.
    if ($proposals.Count -eq 0 -and ($directive -band 4)) { '' } else { $proposals }
}
