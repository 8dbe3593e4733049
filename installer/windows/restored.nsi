; restored for Windows: per user, without an administrator. Silent: setup.exe /S [/DOWNGRADE]; uninstall.exe /S [/ALL].
; makensis -DVERSION=... -DPAYLOAD=folder -DOUTPUT=file -DICON=file.ico -DPANEL=file.bmp restored.nsi
Unicode true
Target amd64-unicode
!include MUI2.nsh
!include FileFunc.nsh
!include WordFunc.nsh
!include LogicLib.nsh

Name "Restore with instruction"
OutFile "${OUTPUT}"
RequestExecutionLevel user
InstallDir "$LOCALAPPDATA\Programs\restored"
InstallDirRegKey HKCU "Software\restored" "Folder"
SetCompressor /SOLID lzma
ShowInstDetails show
BrandingText "restored ${VERSION}"

!define KEY "Software\Microsoft\Windows\CurrentVersion\Uninstall\restored"
!define MUI_ICON "${ICON}"
!define MUI_UNICON "${ICON}"
!define MUI_WELCOMEFINISHPAGE_BITMAP "${PANEL}"
!define MUI_WELCOMEPAGE_TEXT "$(Welcome)"
!define MUI_FINISHPAGE_TEXT "$(Finish)"
!insertmacro MUI_PAGE_WELCOME
!insertmacro MUI_PAGE_DIRECTORY
!insertmacro MUI_PAGE_INSTFILES
!insertmacro MUI_PAGE_FINISH
!insertmacro MUI_UNPAGE_CONFIRM
!insertmacro MUI_UNPAGE_INSTFILES

Var Had
Var Compared
Var Parameters
Var Known
!include strings.nsh

; the daemon of the old version must let go of its files; a program that does not answer is given ten seconds
!macro EndDaemon
  ${If} ${FileExists} "$INSTDIR\restored.exe"
    nsExec::Exec /TIMEOUT=10000 '"$INSTDIR\restored.exe" daemon stop'
    Pop $0
  ${EndIf}
!macroend

; Windows renames no folder of which a program has files open; a daemon that was told to end needs a moment
!macro NobodyAtWork
  ${If} ${FileExists} "$INSTDIR\_internal\*.*"
    RMDir /r "$INSTDIR\.free"
    ${For} $1 1 6
      ClearErrors
      Rename "$INSTDIR\_internal" "$INSTDIR\.free"
      ${IfNot} ${Errors}
        Rename "$INSTDIR\.free" "$INSTDIR\_internal"
        ${ExitFor}
      ${EndIf}
      Sleep 1000
    ${Next}
    ${If} $1 > 6
      MessageBox MB_OK|MB_ICONSTOP "$(InUse)" /SD IDOK
      SetErrorLevel 4
      Abort
    ${EndIf}
  ${EndIf}
!macroend

Section "restored"
  ReadRegStr $Had HKCU "${KEY}" "DisplayVersion"
  ${If} $Had != ""
    ${VersionCompare} "$Had" "${VERSION}" $Compared
    ${GetParameters} $Parameters
    ClearErrors
    ${GetOptions} $Parameters "/DOWNGRADE" $0
    ${If} $Compared == 1
    ${AndIf} ${Errors}
      ${If} ${Cmd} `MessageBox MB_YESNO|MB_ICONQUESTION|MB_DEFBUTTON2 "$(Older)" /SD IDNO IDNO`
        DetailPrint "$(Refused)"
        SetErrorLevel 3
        Abort
      ${EndIf}
    ${EndIf}
  ${EndIf}
  !insertmacro EndDaemon
  !insertmacro NobodyAtWork
  ; the version before this one stays for a step back; the new one is unpacked beside it and put in place by renaming
  RMDir /r "$INSTDIR\.new"
  SetOutPath "$INSTDIR\.new"
  File /r "${PAYLOAD}\*.*"
  SetOutPath "$INSTDIR"
  RMDir /r "$INSTDIR\.before"
  ${If} ${FileExists} "$INSTDIR\_internal\*.*"
    CreateDirectory "$INSTDIR\.before"
    ClearErrors
    Rename "$INSTDIR\_internal" "$INSTDIR\.before\_internal"
    ${If} ${Errors}
      RMDir /r "$INSTDIR\.new"
      MessageBox MB_OK|MB_ICONSTOP "$(InUse)" /SD IDOK
      SetErrorLevel 4
      Abort
    ${EndIf}
    Rename "$INSTDIR\restored.exe" "$INSTDIR\.before\restored.exe"
    Rename "$INSTDIR\manifest.json" "$INSTDIR\.before\manifest.json"
  ${EndIf}
  Rename "$INSTDIR\.new\_internal" "$INSTDIR\_internal"
  Rename "$INSTDIR\.new\restored.exe" "$INSTDIR\restored.exe"
  Rename "$INSTDIR\.new\manifest.json" "$INSTDIR\manifest.json"
  Delete "$INSTDIR\LICENSE"
  Rename "$INSTDIR\.new\LICENSE" "$INSTDIR\LICENSE"
  RMDir /r "$INSTDIR\.new"
  WriteUninstaller "$INSTDIR\uninstall.exe"
  WriteRegStr HKCU "Software\restored" "Folder" "$INSTDIR"
  WriteRegStr HKCU "${KEY}" "DisplayName" "Restore with instruction"
  WriteRegStr HKCU "${KEY}" "DisplayVersion" "${VERSION}"
  WriteRegStr HKCU "${KEY}" "Publisher" "Restore with instruction"
  WriteRegStr HKCU "${KEY}" "InstallLocation" "$INSTDIR"
  WriteRegStr HKCU "${KEY}" "UninstallString" '"$INSTDIR\uninstall.exe"'
  WriteRegStr HKCU "${KEY}" "QuietUninstallString" '"$INSTDIR\uninstall.exe" /S'
  WriteRegDWORD HKCU "${KEY}" "NoModify" 1
  WriteRegDWORD HKCU "${KEY}" "NoRepair" 1
  ${GetSize} "$INSTDIR" "/S=0K" $0 $1 $2
  IntFmt $0 "0x%08X" $0
  WriteRegDWORD HKCU "${KEY}" "EstimatedSize" "$0"
  nsExec::ExecToLog '"$INSTDIR\restored.exe" plugins install'
  Pop $0
  ${If} $0 != 0
    DetailPrint "$(NoHost)"
  ${EndIf}
SectionEnd

Section "Uninstall"
  !insertmacro EndDaemon
  ; of a program at work half would be left, and nothing in Settings to remove that with
  !insertmacro NobodyAtWork
  nsExec::ExecToLog '"$INSTDIR\restored.exe" plugins uninstall'
  Pop $0
  ; only what this installer made: a folder that somebody chose may hold other things
  RMDir /r "$INSTDIR\_internal"
  RMDir /r "$INSTDIR\.before"
  RMDir /r "$INSTDIR\.new"
  RMDir /r "$INSTDIR\.free"
  Delete "$INSTDIR\restored.exe"
  Delete "$INSTDIR\manifest.json"
  Delete "$INSTDIR\LICENSE"
  Delete "$INSTDIR\uninstall.exe"
  RMDir "$INSTDIR"
  RMDir "$LOCALAPPDATA\Programs" ; when nothing else is in it
  RMDir /r "$LOCALAPPDATA\restored\Logs"
  RMDir /r "$LOCALAPPDATA\restored\Cache"
  RMDir /r "$LOCALAPPDATA\restored\gpu"
  Delete "$LOCALAPPDATA\restored\lock"
  Delete "$LOCALAPPDATA\restored\connection.json"
  StrCpy $Known "keep"
  ${GetParameters} $Parameters
  ClearErrors
  ${GetOptions} $Parameters "/ALL" $0
  ${IfNot} ${Errors}
    StrCpy $Known "all"
  ${Else}
    MessageBox MB_YESNO|MB_ICONQUESTION "$(RemoveAll)" /SD IDNO IDNO +2
    StrCpy $Known "all"
  ${EndIf}
  ${If} $Known == "all"
    RMDir /r "$APPDATA\restored"
    RMDir /r "$LOCALAPPDATA\restored"
  ${EndIf}
  RMDir "$LOCALAPPDATA\restored"
  DeleteRegKey HKCU "${KEY}"
  DeleteRegKey HKCU "Software\restored"
SectionEnd
