#Requires -Version 5.1
<#
.SYNOPSIS
Installs mpm for the user who runs this, or takes it away again.

.DESCRIPTION
Downloads one archive and the release's SHA256SUMS, compares them, starts the
new program once, and only then puts it in place. It asks for no administrator.

Piped, parameters go to a script block:
  & ([scriptblock]::Create((irm <address of install.ps1>))) -Version 1.2.3

MPM_RELEASES is the address of the releases, for a mirror; MPM_INSTALL_DIR is
the folder, as -Dir.

.PARAMETER Version
Install this release; the latest one if absent.

.PARAMETER Dir
Put mpm there; %LOCALAPPDATA%\Programs\mpm if absent.

.PARAMETER File
Install from a downloaded archive, without network.

.PARAMETER Sums
The SHA256SUMS for -File; beside the archive if absent.

.PARAMETER AddToPath
Add the folder to your own PATH. Without it, PATH stays as it is.

.PARAMETER Uninstall
Remove mpm from the folder.

.PARAMETER Force
Replace or remove a program that does not answer as mpm, or that Claude Code's
hooks still start.
#>
[CmdletBinding()]
param(
  [string]$Version = '',
  [string]$Dir = '',
  [string]$File = '',
  [string]$Sums = '',
  [switch]$AddToPath,
  [switch]$Uninstall,
  [switch]$Force
)

# One script block, so that an incomplete download does not run. In a session
# that it was piped into, only the parameters stay.
& {
  $ErrorActionPreference = 'Stop'
  # Drawing a bar takes Windows PowerShell longer than the download.
  $ProgressPreference = 'SilentlyContinue'

  # Where releases are: <here>/latest/download/<file> and
  # <here>/download/v<version>/<file>. Filled in when a release is made.
  $Releases = ''

  function Stop-Install([string]$Problem, [string]$Hint = '') {
    $text = "Error: $Problem"
    if ($Hint) { $text += "`nHint: $Hint" }
    throw $text
  }

  function Get-Platform {
    if ([Environment]::OSVersion.Platform -ne 'Win32NT') {
      Stop-Install 'This is not Windows' 'Run install.sh'
    }
    # A 32-bit PowerShell has the system's processor in another variable.
    $processor = $env:PROCESSOR_ARCHITEW6432
    if (-not $processor) { $processor = $env:PROCESSOR_ARCHITECTURE }
    # Windows on ARM64 runs programs for x86_64.
    if (@('AMD64', 'ARM64') -notcontains $processor) {
      Stop-Install "There is no mpm for this machine: Windows, $processor" 'There is one for 64-bit Windows'
    }
    'x86_64-pc-windows-msvc'
  }

  function Test-Mpm([string]$Path) {
    try { $answer = & $Path --version } catch { return $false }
    "$answer" -match '^mpm \d'
  }

  function Save-File([string]$Address, [string]$Path) {
    try {
      Invoke-WebRequest -Uri $Address -OutFile $Path -UseBasicParsing
    } catch {
      $status = 0
      if ($_.Exception.Response) { $status = [int]$_.Exception.Response.StatusCode }
      if ($status -eq 404) {
        Stop-Install "There is no $Address" 'Is there such a release, with SHA256SUMS? Nothing is installed unverified'
      }
      if ($status -ge 400) {
        Stop-Install "The server answered with status $status for $Address" 'Try again later'
      }
      Stop-Install "Cannot download ${Address}: $($_.Exception.Message)" 'Try again, or download the archive elsewhere and use -File'
    }
  }

  function Get-Sum([string]$List, [string]$Name) {
    $lines = @(Get-Content -LiteralPath $List | Where-Object { $_ -match '^[0-9A-Fa-f]{64} [ *]' })
    if ($lines.Count -eq 0) {
      Stop-Install "$List lists no checksums, so it is something else" 'A login page of the network may have answered: open the address in a browser'
    }
    $found = @($lines | Where-Object { $_.Substring(66).TrimEnd() -ceq $Name })
    if ($found.Count -eq 0) {
      $hint = 'Choose another release with -Version'
      if ($File) { $hint = 'Name the SHA256SUMS of the same release with -Sums' }
      Stop-Install "SHA256SUMS does not list $Name, so it cannot be verified" $hint
    }
    $digests = @($found | ForEach-Object { $_.Substring(0, 64).ToUpperInvariant() } | Select-Object -Unique)
    if ($digests.Count -ne 1) {
      Stop-Install "SHA256SUMS has several checksums for $Name, so it cannot be verified" 'Download SHA256SUMS of that release again'
    }
    $digests[0]
  }

  function Get-Release([string]$Stage, [string]$Asset) {
    $base = $env:MPM_RELEASES
    if (-not $base) { $base = $Releases }
    if (-not $base) {
      Stop-Install 'This copy of install.ps1 does not know where the releases are' 'Use the install.ps1 of a release, or set MPM_RELEASES to the address of the releases'
    }
    $base = $base.TrimEnd('/')
    if ($Version) { $base = "$base/download/v$Version" } else { $base = "$base/latest/download" }
    [Net.ServicePointManager]::SecurityProtocol = [Net.ServicePointManager]::SecurityProtocol -bor [Net.SecurityProtocolType]::Tls12
    Save-File "$base/SHA256SUMS" (Join-Path $Stage 'SHA256SUMS')
    Get-Sum (Join-Path $Stage 'SHA256SUMS') $Asset | Out-Null
    Write-Host "Downloading $base/$Asset"
    Save-File "$base/$Asset" (Join-Path $Stage $Asset)
  }

  function Copy-Release([string]$Stage, [string]$Asset) {
    if (-not (Test-Path -LiteralPath $File -PathType Leaf)) { Stop-Install "No file $File" }
    $list = $Sums
    if (-not $list) { $list = Join-Path (Split-Path -Parent (Resolve-Path -LiteralPath $File)) 'SHA256SUMS' }
    if (-not (Test-Path -LiteralPath $list -PathType Leaf)) {
      Stop-Install "No file $list, and without it $Asset cannot be verified" 'Download SHA256SUMS of the same release, and name it with -Sums'
    }
    Copy-Item -LiteralPath $list -Destination (Join-Path $Stage 'SHA256SUMS')
    Copy-Item -LiteralPath $File -Destination (Join-Path $Stage $Asset)
  }

  # By .NET, since commands of modules ignore the preference above and continue
  # after an error. They are missing where PowerShell 7 is the parent.
  function Get-Digest([string]$Path) {
    $stream = [IO.File]::OpenRead($Path)
    $algorithm = [Security.Cryptography.SHA256]::Create()
    try {
      [BitConverter]::ToString($algorithm.ComputeHash($stream)).Replace('-', '')
    } finally {
      $algorithm.Dispose()
      $stream.Dispose()
    }
  }

  # Takes the program out of the archive, and nothing else.
  function Expand-Program([string]$Archive, [string]$Path) {
    Add-Type -AssemblyName System.IO.Compression
    Add-Type -AssemblyName System.IO.Compression.FileSystem
    $zip = [IO.Compression.ZipFile]::OpenRead($Archive)
    try {
      $entry = $zip.GetEntry('mpm.exe')
      if ($null -eq $entry) { throw 'it holds no mpm.exe' }
      [IO.Compression.ZipFileExtensions]::ExtractToFile($entry, $Path)
    } finally {
      $zip.Dispose()
    }
  }

  # Verifies and unpacks; gives the version of the program in the stage.
  function Expand-Release([string]$Stage, [string]$Asset) {
    $archive = Join-Path $Stage $Asset
    $expected = Get-Sum (Join-Path $Stage 'SHA256SUMS') $Asset
    $actual = Get-Digest $archive
    if ($actual -ne $expected) {
      Stop-Install "$Asset does not have the checksum that SHA256SUMS gives it: expected $expected, found $actual" 'The download was incomplete or changed, or a new release came out: try again'
    }
    $new = Join-Path $Stage 'mpm.exe'
    try {
      Expand-Program $archive $new
    } catch {
      Stop-Install "Cannot unpack ${Asset}: $($_.Exception.Message)" 'Is the disk full? Choose a folder on another one with -Dir'
    }
    if (-not (Test-Mpm $new)) {
      Stop-Install "The mpm in $Asset does not run here"
    }
    $found = "$(& $new --version)".Substring(4)
    if ($Version -and $found.Split(' ')[0] -ne $Version) {
      Stop-Install "$Asset holds mpm $found, not $Version"
    }
    $found
  }

  # A running program cannot be written to, but its file can be renamed.
  function Move-IntoPlace([string]$New, [string]$Target) {
    $old = ''
    if (Test-Path -LiteralPath $Target) {
      $old = "$Target.old-" + [Guid]::NewGuid().ToString('N')
      [IO.File]::Move($Target, $old)
    }
    try {
      [IO.File]::Move($New, $Target)
    } catch {
      if ($old) { [IO.File]::Move($old, $Target) }
      throw
    }
    Remove-Old $Target
  }

  # Files in use are removed by the next installation.
  function Remove-Old([string]$Target) {
    $folder = [IO.Path]::GetDirectoryName($Target)
    Get-ChildItem -LiteralPath $folder -Filter 'mpm.exe.old-*' -ErrorAction SilentlyContinue |
      Remove-Item -Force -ErrorAction SilentlyContinue
  }

  function Test-OnPath([string]$Folder) {
    @("$env:Path".Split(';') | Where-Object { $_.TrimEnd('\') -eq $Folder }).Count -gt 0
  }

  # The value is kept as it is written, with the variables in it.
  function Add-Path([string]$Folder) {
    $key = [Microsoft.Win32.Registry]::CurrentUser.OpenSubKey('Environment', $true)
    try {
      $path = "$($key.GetValue('Path', '', 'DoNotExpandEnvironmentNames'))"
      if (@($path.Split(';') | Where-Object { $_.TrimEnd('\') -eq $Folder }).Count -eq 0) {
        $key.SetValue('Path', "$path;$Folder".TrimStart(';'), 'ExpandString')
      }
    } finally {
      $key.Close()
    }
    # Setting any variable this way notifies open programs.
    [Environment]::SetEnvironmentVariable('MPM_INSTALL', $null, 'User')
    $env:Path = "$env:Path;$Folder"
  }

  function Install-Mpm([string]$Folder, [string]$Target) {
    $platform = Get-Platform
    if ((Test-Path -LiteralPath $Target) -and -not $Force -and -not (Test-Mpm $Target)) {
      Stop-Install "$Target is there and does not answer as mpm" 'Choose another folder with -Dir, or replace it with -Force'
    }
    $asset = "mpm-$platform.zip"
    # A folder on the target's disk, since only there a rename is whole.
    $near = $Folder
    while ($near -and -not (Test-Path -LiteralPath $near)) { $near = [IO.Path]::GetDirectoryName($near) }
    if (-not $near) { Stop-Install "$Folder cannot be reached" 'Choose another folder with -Dir' }
    if (-not (Test-Path -LiteralPath $near -PathType Container)) {
      Stop-Install "$near is not a folder" 'Choose another folder with -Dir'
    }
    $stage = Join-Path $near ('.mpm-install.' + [Guid]::NewGuid().ToString('N'))
    try {
      try {
        New-Item -ItemType Directory -Path $stage | Out-Null
      } catch {
        Stop-Install "No permission to write to $Folder" 'Choose your own folder with -Dir; this script does not ask for more rights'
      }
      if ($File) { Copy-Release $stage $asset } else { Get-Release $stage $asset }
      $found = Expand-Release $stage $asset
      New-Item -ItemType Directory -Path $Folder -Force | Out-Null
      Move-IntoPlace (Join-Path $stage 'mpm.exe') $Target
    } finally {
      # A virus scanner may hold it for a while; that undoes nothing.
      if (Test-Path -LiteralPath $stage) {
        Remove-Item -LiteralPath $stage -Recurse -Force -ErrorAction SilentlyContinue
      }
    }
    Write-Host "Installed mpm $found at $Target"
    if ($AddToPath) { Add-Path $Folder }
    if (-not (Test-OnPath $Folder)) {
      Write-Host "Warning: $Folder is not on PATH, so your shell does not find mpm yet"
      Write-Host 'Run this script again with -AddToPath, or add the folder in the settings of Windows'
    }
    Write-Host 'Next: mpm setup'
  }

  function Uninstall-Mpm([string]$Target) {
    if (-not (Test-Path -LiteralPath $Target)) {
      Stop-Install "There is no $Target" 'Name the folder it is in: -Dir <folder>'
    }
    if (-not $Force) {
      if (-not (Test-Mpm $Target)) {
        Stop-Install "$Target does not answer as mpm" 'To remove it all the same: -Force'
      }
      $claude = $env:CLAUDE_CONFIG_DIR
      if (-not $claude) { $claude = Join-Path $env:USERPROFILE '.claude' }
      $settings = Join-Path $claude 'settings.json'
      $written = @($Target.Replace('\', '\\'), $Target.Replace('\', '/'))
      if ((Test-Path -LiteralPath $settings) -and (Select-String -LiteralPath $settings -SimpleMatch -Pattern $written -Quiet)) {
        Stop-Install "Claude Code's hooks in $settings start $Target" 'First run: mpm setup --remove; the same in each project with its own hooks'
      }
    }
    try {
      Remove-Item -LiteralPath $Target -Force
    } catch {
      Stop-Install "Cannot remove ${Target}: $($_.Exception.Message)" 'End the mpm that runs, and try again'
    }
    Remove-Old $Target
    Write-Host "Removed $Target"
    Write-Host 'Your saves stay in the .claude-mpm folders of your projects, your settings in %APPDATA%\mpm,'
    Write-Host 'the records of this machine in %LOCALAPPDATA%\mpm. PATH stays as it is.'
  }

  try {
    $Version = $Version -replace '^v', ''
    if ($Version -and $Version -notmatch '^\d[0-9A-Za-z.+-]*$') { Stop-Install "No version: ""$Version""" }
    $folder = $Dir
    if (-not $folder) { $folder = $env:MPM_INSTALL_DIR }
    if (-not $folder) {
      if (-not $env:LOCALAPPDATA) { Stop-Install 'LOCALAPPDATA is not set: no folder to install to' 'Name one: -Dir <folder>' }
      $folder = Join-Path $env:LOCALAPPDATA 'Programs\mpm'
    }
    try {
      $folder = $ExecutionContext.SessionState.Path.GetUnresolvedProviderPathFromPSPath($folder).TrimEnd('\')
    } catch {
      Stop-Install "$folder cannot be reached: $($_.Exception.Message)" 'Choose another folder with -Dir'
    }
    $target = Join-Path $folder 'mpm.exe'
    if (Test-Path -LiteralPath $target -PathType Container) {
      Stop-Install "$target is a folder" 'Choose another folder with -Dir'
    }
    if ($Uninstall) { Uninstall-Mpm $target } else { Install-Mpm $folder $target }
  } catch {
    # Leaving by exit would close the window that this was piped into.
    if (-not $PSCommandPath) { throw }
    [Console]::Error.WriteLine($_.Exception.Message)
    exit 1
  }
}
